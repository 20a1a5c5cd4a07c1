/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/token.h"

#include "devserver/claims.h"
#include "devserver/grant_check.h"
#include "devserver/jwe.h"
#include "devserver/jws.h"
#include "devserver/keystore.h"
#include "devserver/reply.h"
#include <apr_strings.h>
#include <http_log.h>
#include <jansson.h>
#include <openssl/err.h>

APLOG_USE_MODULE(okta_devserver);

static const okta_dev_key *signing_key(okta_dev_grant *g, const okta_dev_keys *keys)
{
    const char *name = okta_dev_grant_field(g, "dev_key");
    if (!name || strcmp(name, "current") == 0) {
        return keys->key[OKTA_DEV_KEY_CURRENT];
    }
    if (strcmp(name, "next") == 0) {
        return keys->key[OKTA_DEV_KEY_NEXT];
    }
    if (strcmp(name, "unpublished") == 0) {
        return keys->key[OKTA_DEV_KEY_UNPUBLISHED];
    }
    okta_dev_grant_refuse(g, "invalid_request", "dev_key is current, next or unpublished.");
    return NULL;
}

static bool lay_over(okta_dev_grant *g, json_t *object, const char *parameter)
{
    const char *text = okta_dev_grant_field(g, parameter);
    const char *name;
    json_t *value;
    void *next;

    if (!text) {
        return true;
    }
    json_t *added = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(added) || json_object_update(object, added) != 0) {
        json_decref(added);
        return okta_dev_grant_refuse(
            g, "invalid_request", apr_psprintf(g->r->pool, "%s is not a JSON object.", parameter));
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

/* NULL with g->error set where the request is wrong, without where the server is. */
static const char *mint(okta_dev_grant *g)
{
    const char *token = NULL;
    const okta_dev_keys *keys = okta_dev_keystore_get(g->r);
    const okta_dev_key *key = keys ? signing_key(g, keys) : NULL;
    if (!key) {
        return NULL;
    }
    json_t *header = json_pack("{s:s, s:s}", "kid", key->kid, "alg", "RS256");
    json_t *claims = okta_dev_claims(g);
    if (header && claims && lay_over(g, header, "dev_header") &&
        lay_over(g, claims, "dev_claims")) {
        token = okta_dev_jws_sign(g->r->pool, key, header, claims);
    }
    if (token) {
        const char *jti = json_string_value(json_object_get(claims, "jti"));
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, g->r,
                      "OKTA-DEV: token issued: client %s, scope %s, kid %s, jti %s, jkt %s",
                      g->client->id, g->scope, key->kid,
                      jti ? ap_escape_logitem(g->r->pool, jti) : "-", g->jkt ? g->jkt : "-");
    }
    json_decref(claims);
    json_decref(header);
    return token;
}

/* The same token where nothing of the kind is asked for; NULL as of mint. */
static const char *encrypted(okta_dev_grant *g, const char *token)
{
    const char *algs = okta_dev_grant_field(g, "dev_encrypt");
    const char *wrong = NULL;

    if (!token || !algs) {
        return token;
    }
    if (!g->cfg->recipient) {
        okta_dev_grant_refuse(g, "invalid_request",
                              "dev_encrypt needs a key: configure OktaDevEncryptTo.");
        return NULL;
    }
    token = okta_dev_jwe_encrypt(g->r->pool, g->cfg->recipient, algs, token, &wrong);
    if (wrong) {
        okta_dev_grant_refuse(g, "invalid_request", wrong);
    }
    return token;
}

static int status_of(const char *error)
{
    if (strcmp(error, "invalid_client") == 0) {
        return HTTP_UNAUTHORIZED;
    }
    if (strcmp(error, "server_error") == 0) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    return strcmp(error, "temporarily_unavailable") == 0 ? HTTP_SERVICE_UNAVAILABLE
                                                         : HTTP_BAD_REQUEST;
}

static int answer(okta_dev_grant *g)
{
    const char *token = okta_dev_grant_check(g) ? encrypted(g, mint(g)) : NULL;
    if (g->error) {
        return okta_dev_reply_oauth_error(g->r, status_of(g->error), g->error, g->description);
    }
    if (!token) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, g->r, "OKTA-DEV: a token could not be signed");
        ERR_clear_error();
        return okta_dev_reply_oauth_error(g->r, HTTP_INTERNAL_SERVER_ERROR, "server_error",
                                          "The token could not be signed: see the error log.");
    }
    apr_table_setn(g->r->headers_out, "Pragma", "no-cache");
    return okta_dev_reply_json(g->r, HTTP_OK, "no-store",
                               json_pack("{s:s, s:i, s:s, s:s}", "token_type",
                                         g->jkt ? "DPoP" : "Bearer", "expires_in",
                                         okta_dev_config_token_lifetime(g->cfg), "access_token",
                                         token, "scope", g->scope));
}

int okta_dev_token_endpoint(request_rec *r, const okta_dev_config *cfg, const char *issuer)
{
    okta_dev_grant g = {.r = r, .cfg = cfg, .issuer = issuer, .scopes = json_array()};
    int status = answer(&g);
    json_decref(g.scopes);
    return status;
}
