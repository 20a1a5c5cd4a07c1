/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/endpoints.h"

#include "devserver/introspect.h"
#include "devserver/keystore.h"
#include "devserver/local.h"
#include "devserver/proof_key.h"
#include "devserver/reply.h"
#include "devserver/token.h"
#include <apr_lib.h>
#include <apr_strings.h>
#include <http_log.h>
#include <http_protocol.h>

APLOG_USE_MODULE(okta_devserver);

typedef int answer_function(request_rec *r, const okta_dev_config *cfg, const char *issuer);

static json_t *scopes_of(const okta_dev_config *cfg)
{
    json_t *scopes = json_object(); /* for its unique names, in order */
    json_t *list = json_array();
    const char *scope;
    json_t *unused;
    for (int i = 0; i < cfg->clients->nelts; i++) {
        const okta_dev_client *client = &APR_ARRAY_IDX(cfg->clients, i, okta_dev_client);
        for (int j = 0; j < client->scopes->nelts; j++) {
            json_object_set_new(scopes, APR_ARRAY_IDX(client->scopes, j, const char *),
                                json_null());
        }
    }
    json_object_foreach(scopes, scope, unused)
    {
        json_array_append_new(list, json_string(scope));
    }
    json_decref(scopes);
    return list;
}

/* Names only what this server has: no authorization_endpoint, though OpenID Connect wants one. */
static int metadata(request_rec *r, const okta_dev_config *cfg, const char *issuer)
{
    return okta_dev_reply_json(
        r, HTTP_OK, "max-age=86400, must-revalidate",
        json_pack(
            "{s:s, s:s, s:s, s:[s], s:[], s:[s], s:[s], s:[s,s], s:s, s:[s,s],"
            " s:s, s:[s,s], s:o, s:o,"
            " s:[s,s,s,s,s,s,s,s,s]}",
            "issuer", issuer, "token_endpoint", apr_pstrcat(r->pool, issuer, "/v1/token", NULL),
            "jwks_uri", apr_pstrcat(r->pool, issuer, "/v1/keys", NULL), "grant_types_supported",
            "client_credentials", "response_types_supported", "subject_types_supported", "public",
            "id_token_signing_alg_values_supported", "RS256",
            "token_endpoint_auth_methods_supported", "client_secret_basic", "client_secret_post",
            "introspection_endpoint", apr_pstrcat(r->pool, issuer, "/v1/introspect", NULL),
            "introspection_endpoint_auth_methods_supported", "client_secret_basic",
            "client_secret_post", "revocation_endpoint",
            apr_pstrcat(r->pool, issuer, "/v1/revoke", NULL),
            "revocation_endpoint_auth_methods_supported", "client_secret_basic",
            "client_secret_post", "scopes_supported", scopes_of(cfg),
            "dpop_signing_alg_values_supported", okta_dev_proof_algs(), "claims_supported", "ver",
            "jti", "iss", "aud", "iat", "exp", "cid", "scp", "sub"));
}

static int key_set(request_rec *r, const okta_dev_config *cfg, const char *issuer)
{
    static const okta_dev_key_role published[] = {OKTA_DEV_KEY_CURRENT, OKTA_DEV_KEY_NEXT,
                                                  OKTA_DEV_KEY_PREVIOUS};
    const okta_dev_keys *keys = okta_dev_keystore_get(r);
    const char *list = "";
    (void)issuer;
    if (!keys) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++) {
        const okta_dev_key *key = keys->key[published[i]];
        if (key) {
            list = apr_pstrcat(r->pool, list, *list ? "," : "", key->jwk, NULL);
        }
    }
    return okta_dev_reply_text(
        r, HTTP_OK,
        apr_psprintf(r->pool, "max-age=%d, must-revalidate", okta_dev_config_keys_max_age(cfg)),
        apr_pstrcat(r->pool, "{\"keys\":[", list, "]}", NULL));
}

static int rotate(request_rec *r, const okta_dev_config *cfg, const char *issuer)
{
    const okta_dev_keys *keys;
    (void)cfg;
    (void)issuer;
    if (!okta_dev_is_local(r)) {
        return okta_dev_reply_okta_error(
            r, HTTP_FORBIDDEN, "E0000006",
            "You do not have permission to perform the requested action: rotation is for requests "
            "from this machine, without a proxy and not from a page of another site");
    }
    if (okta_dev_keystore_rotate(r) != APR_SUCCESS || !(keys = okta_dev_keystore_get(r))) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r,
                  "OKTA-DEV: keys rotated: kid %s signs now, kid %s is still published",
                  keys->key[OKTA_DEV_KEY_CURRENT]->kid, keys->key[OKTA_DEV_KEY_PREVIOUS]->kid);
    return okta_dev_reply_json(r, HTTP_OK, "no-store",
                               json_pack("{s:s, s:s, s:s}", "current",
                                         keys->key[OKTA_DEV_KEY_CURRENT]->kid, "next",
                                         keys->key[OKTA_DEV_KEY_NEXT]->kid, "previous",
                                         keys->key[OKTA_DEV_KEY_PREVIOUS]->kid));
}

typedef struct {
    const char *suffix;
    answer_function *answer;
    int method;
    const char *allow;
} endpoint;

#define RFC8414_PREFIX "/.well-known/oauth-authorization-server"

static const endpoint endpoints[] = {
    {"/.well-known/openid-configuration", metadata, M_GET, "GET, HEAD"},
    {RFC8414_PREFIX, metadata, M_GET, "GET, HEAD"},
    {"/v1/keys", key_set, M_GET, "GET, HEAD"},
    {"/v1/token", okta_dev_token_endpoint, M_POST, "POST"},
    {"/v1/introspect", okta_dev_introspect_endpoint, M_POST, "POST"},
    {"/v1/revoke", okta_dev_revoke_endpoint, M_POST, "POST"},
    {"/v1/rotate", rotate, M_POST, "POST"},
};
static const endpoint *const rfc8414_metadata = &endpoints[1];

/* Splits path into the issuer's path and the endpoint below it; NULL: no endpoint. */
static const endpoint *find(apr_pool_t *p, const char *path, const char **issuer_path)
{
    size_t length = strlen(path);
    size_t prefix = sizeof(RFC8414_PREFIX) - 1;
    /* RFC 8414 section 3.1 puts the issuer's path behind the well-known one. */
    if (strncmp(path, RFC8414_PREFIX "/", prefix + 1) == 0) {
        *issuer_path = path + prefix;
        return rfc8414_metadata;
    }
    for (size_t i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++) {
        size_t suffix = strlen(endpoints[i].suffix);
        if (length >= suffix && strcmp(path + length - suffix, endpoints[i].suffix) == 0) {
            *issuer_path = apr_pstrmemdup(p, path, length - suffix);
            return &endpoints[i];
        }
    }
    return NULL;
}

/* The name and port come from the configuration and the socket: the Host header is the client's
 * to choose, and an issuer is not. */
static const char *derived_issuer(const request_rec *r, const char *path)
{
    const char *scheme = ap_http_scheme(r);
    const char *host = r->server->server_hostname ? r->server->server_hostname : "127.0.0.1";
    apr_port_t port = r->server->port ? r->server->port : r->connection->local_addr->port;
    const char *quoted =
        strchr(host, ':') && *host != '[' ? apr_psprintf(r->pool, "[%s]", host) : host;
    return port == ap_default_port(r)
               ? apr_psprintf(r->pool, "%s://%s%s", scheme, quoted, path)
               : apr_psprintf(r->pool, "%s://%s:%u%s", scheme, quoted, (unsigned)port, path);
}

static bool is_plain_path(const char *path)
{
    for (const char *c = path; *c; c++) {
        if (!apr_isalnum(*c) && !strchr("/-._~", *c)) {
            return false;
        }
    }
    return true;
}

int okta_dev_endpoints_answer(request_rec *r, const okta_dev_config *cfg)
{
    const char *path = NULL;
    const endpoint *found = find(r->pool, r->uri, &path);

    if (!found || !is_plain_path(path)) {
        return okta_dev_reply_okta_error(
            r, HTTP_NOT_FOUND, "E0000007",
            "Not found: Resource not found. This development server answers, below its issuer: "
            "/.well-known/openid-configuration, /.well-known/oauth-authorization-server, /v1/keys, "
            "/v1/token, /v1/introspect, /v1/revoke, /v1/rotate");
    }
    if (cfg->issuer && strcmp(cfg->issuer_path, path) != 0) {
        return okta_dev_reply_okta_error(
            r, HTTP_NOT_FOUND, "E0000007",
            apr_psprintf(r->pool,
                         "Not found: Resource not found. The path is not below the issuer of this "
                         "location, %s (OktaDevIssuer)",
                         cfg->issuer));
    }
    if (r->method_number != found->method) {
        return okta_dev_reply_wrong_method(r, found->allow);
    }
    return found->answer(r, cfg, cfg->issuer ? cfg->issuer : derived_issuer(r, path));
}
