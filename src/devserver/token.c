#include "devserver/token.h"

#include "devserver/client.h"
#include "devserver/form.h"
#include "devserver/jws.h"
#include "devserver/keystore.h"
#include "devserver/local.h"
#include "devserver/reply.h"
#include <apr_strings.h>
#include <http_log.h>
#include <jansson.h>
#include <openssl/err.h>

APLOG_USE_MODULE(okta_devserver);

typedef struct {
    request_rec *r;
    const okta_dev_config *cfg;
    const char *issuer;
    apr_hash_t *form;
    const okta_dev_client *client;
    json_t *scopes;          /* array of the granted scopes */
    const char *scope;       /* the same, joined by spaces */
    const char *error;       /* what is wrong with the request, for the client */
    const char *description; /* set with error */
} grant;

static bool fail(grant *g, const char *error, const char *description)
{
    g->error = error;
    g->description = description;
    return false;
}

static const char *field(const grant *g, const char *name)
{
    return apr_hash_get(g->form, name, APR_HASH_KEY_STRING);
}

static bool may_have(const okta_dev_client *client, const char *scope)
{
    for (int i = 0; i < client->scopes->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(client->scopes, i, const char *), scope) == 0) {
            return true;
        }
    }
    return apr_is_empty_array(client->scopes);
}

static bool holds(const json_t *scopes, const char *scope)
{
    size_t i;
    json_t *held;
    json_array_foreach(scopes, i, held)
    {
        if (strcmp(json_string_value(held), scope) == 0) {
            return true;
        }
    }
    return false;
}

static bool grant_scopes(grant *g)
{
    apr_pool_t *p = g->r->pool;
    const char *asked = field(g, "scope");
    char *rest;
    char *scope;

    if (!asked || !*asked) {
        return fail(g, "invalid_scope",
                    "Send scope: the authorization server has no default scopes.");
    }
    g->scope = "";
    for (scope = apr_strtok(apr_pstrdup(p, asked), " ", &rest); scope;
         scope = apr_strtok(NULL, " ", &rest)) {
        if (!okta_dev_is_scope(scope)) {
            return fail(g, "invalid_scope", "scope is a list of names with one space in between.");
        }
        if (!may_have(g->client, scope)) {
            return fail(g, "invalid_scope",
                        apr_psprintf(p,
                                     "Scope %s is not among those of client %s; the OktaDevClient "
                                     "line lists them.",
                                     scope, g->client->id));
        }
        if (!holds(g->scopes, scope)) {
            json_array_append_new(g->scopes, json_string(scope));
            g->scope = *g->scope ? apr_pstrcat(p, g->scope, " ", scope, NULL) : scope;
        }
    }
    return *g->scope ? true : fail(g, "invalid_scope", "scope is empty.");
}

static bool check_request(grant *g)
{
    const char *type;
    const char *error;

    if (g->r->args) {
        return fail(g, "invalid_request",
                    "Send the parameters in the body: query strings end up in logs.");
    }
    g->description = okta_dev_form_read(g->r, &g->form);
    if (g->description) {
        return fail(g, "invalid_request", g->description);
    }
    error = okta_dev_client_authenticate(g->r, g->cfg, g->form, &g->client, &g->description);
    if (error) {
        return fail(g, error, g->description);
    }
    type = field(g, "grant_type");
    if (!type || !*type) {
        return fail(g, "invalid_request", "Send grant_type=client_credentials.");
    }
    if (strcmp(type, "client_credentials") != 0) {
        return fail(g, "unsupported_grant_type",
                    "This development server knows the grant type client_credentials only.");
    }
    if ((field(g, "dev_claims") || field(g, "dev_header") || field(g, "dev_key")) &&
        !okta_dev_is_local(g->r)) {
        return fail(g, "invalid_request",
                    "dev_claims, dev_header and dev_key are for requests from this machine only.");
    }
    return grant_scopes(g);
}

static const okta_dev_key *signing_key(grant *g, const okta_dev_keys *keys)
{
    const char *name = field(g, "dev_key");
    if (!name || strcmp(name, "current") == 0) {
        return keys->key[OKTA_DEV_KEY_CURRENT];
    }
    if (strcmp(name, "next") == 0) {
        return keys->key[OKTA_DEV_KEY_NEXT];
    }
    if (strcmp(name, "unpublished") == 0) {
        return keys->key[OKTA_DEV_KEY_UNPUBLISHED];
    }
    fail(g, "invalid_request", "dev_key is current, next or unpublished.");
    return NULL;
}

static bool lay_over(grant *g, json_t *object, const char *parameter)
{
    const char *text = field(g, parameter);
    const char *name;
    json_t *value;
    void *next;

    if (!text) {
        return true;
    }
    json_t *added = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(added) || json_object_update(object, added) != 0) {
        json_decref(added);
        return fail(g, "invalid_request",
                    apr_psprintf(g->r->pool, "%s is not a JSON object.", parameter));
    }
    json_decref(added);
    json_object_foreach_safe(object, next, name, value)
    {
        if (json_is_null(value)) {
            json_object_del(object, name);
        }
    }
    return true;
}

static json_t *okta_claims(const grant *g)
{
    json_int_t now = apr_time_sec(g->r->request_time);
    return json_pack("{s:i, s:s, s:s, s:s, s:I, s:I, s:s, s:O, s:s}", "ver", 1, "jti",
                     okta_dev_random_id(g->r->pool, "AT."), "iss", g->issuer, "aud",
                     okta_dev_config_audience(g->cfg), "iat", now, "exp",
                     now + okta_dev_config_token_lifetime(g->cfg), "cid", g->client->id, "scp",
                     g->scopes, "sub", g->client->id);
}

/* NULL with g->error set where the request is wrong, without where the server is. */
static const char *mint(grant *g)
{
    const char *token = NULL;
    const okta_dev_keys *keys = okta_dev_keystore_get(g->r);
    const okta_dev_key *key = keys ? signing_key(g, keys) : NULL;
    if (!key) {
        return NULL;
    }
    json_t *header = json_pack("{s:s, s:s}", "kid", key->kid, "alg", "RS256");
    json_t *claims = okta_claims(g);
    if (header && claims && lay_over(g, header, "dev_header") &&
        lay_over(g, claims, "dev_claims")) {
        token = okta_dev_jws_sign(g->r->pool, key, header, claims);
    }
    if (token) {
        const char *jti = json_string_value(json_object_get(claims, "jti"));
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, g->r,
                      "OKTA-DEV: token issued: client %s, scope %s, kid %s, jti %s", g->client->id,
                      g->scope, key->kid, jti ? ap_escape_logitem(g->r->pool, jti) : "-");
    }
    json_decref(claims);
    json_decref(header);
    return token;
}

static int answer(grant *g)
{
    const char *token = check_request(g) ? mint(g) : NULL;
    if (g->error) {
        int status = strcmp(g->error, "invalid_client") == 0 ? HTTP_UNAUTHORIZED : HTTP_BAD_REQUEST;
        return okta_dev_reply_oauth_error(g->r, status, g->error, g->description);
    }
    if (!token) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, g->r, "OKTA-DEV: a token could not be signed");
        ERR_clear_error();
        return okta_dev_reply_oauth_error(g->r, HTTP_INTERNAL_SERVER_ERROR, "server_error",
                                          "The token could not be signed: see the error log.");
    }
    apr_table_setn(g->r->headers_out, "Pragma", "no-cache");
    return okta_dev_reply_json(g->r, HTTP_OK, "no-store",
                               json_pack("{s:s, s:i, s:s, s:s}", "token_type", "Bearer",
                                         "expires_in", okta_dev_config_token_lifetime(g->cfg),
                                         "access_token", token, "scope", g->scope));
}

int okta_dev_token_endpoint(request_rec *r, const okta_dev_config *cfg, const char *issuer)
{
    grant g = {.r = r, .cfg = cfg, .issuer = issuer, .scopes = json_array()};
    int status = answer(&g);
    json_decref(g.scopes);
    return status;
}
