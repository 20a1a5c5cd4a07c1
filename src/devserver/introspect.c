/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/introspect.h"

#include "devserver/client.h"
#include "devserver/issued.h"
#include "devserver/parameters.h"
#include "devserver/reply.h"
#include "devserver/revoked.h"
#include <apr_strings.h>
#include <http_log.h>

APLOG_USE_MODULE(okta_devserver);

/* The token that an authenticated client asks about; NULL, with what the handler has to return,
 * where there is none. */
static const char *token_of(request_rec *r, const okta_dev_config *cfg,
                            const okta_dev_client **client, int *answered)
{
    apr_hash_t *form;
    const char *wrong = okta_dev_parameters_read(r, &form);
    const char *error = "invalid_request";
    const char *token = wrong ? NULL : apr_hash_get(form, "token", APR_HASH_KEY_STRING);
    if (!wrong) {
        error = okta_dev_client_authenticate(r, cfg, form, client, &wrong);
    }
    if (!wrong && !token) {
        error = "invalid_request";
        wrong = "Send the token in the form, as token.";
    }
    if (wrong) {
        bool unknown = strcmp(error, "invalid_client") == 0;
        *answered = okta_dev_reply_oauth_error(r, unknown ? HTTP_UNAUTHORIZED : HTTP_BAD_REQUEST,
                                               error, wrong);
        return NULL;
    }
    return token;
}

/* Of an agent the claims name no client but itself. */
static const char *client_of(const json_t *claims)
{
    const char *cid = json_string_value(json_object_get(claims, "cid"));
    return cid ? cid : json_string_value(json_object_get(claims, "sub"));
}

static const char *scope_of(apr_pool_t *p, const json_t *claims)
{
    const char *scope = json_string_value(json_object_get(claims, "scope"));
    const char *joined = "";
    size_t i;
    json_t *one;
    if (scope) {
        return scope;
    }
    json_array_foreach(json_object_get(claims, "scp"), i, one)
    {
        const char *name = json_string_value(one);
        joined = name ? apr_pstrcat(p, joined, *joined ? " " : "", name, NULL) : joined;
    }
    return joined;
}

/* As Okta answers: the claims under RFC 7662's names, without the JWT's own. */
static json_t *active(apr_pool_t *p, const json_t *claims)
{
    const char *client = client_of(claims);
    const json_t *subject = json_object_get(claims, "sub");
    json_t *said = json_copy((json_t *)claims);
    json_t *more =
        json_pack("{s:b, s:s, s:s}", "active", 1, "token_type",
                  json_object_get(claims, "cnf") ? "DPoP" : "Bearer", "scope", scope_of(p, claims));
    if (client) {
        json_object_set_new(more, "client_id", json_string(client));
    }
    if (json_is_string(subject)) {
        json_object_set_new(more, "username", json_string(json_string_value(subject)));
    }
    json_object_del(said, "scp");
    json_object_del(said, "cid");
    json_object_del(said, "ver");
    json_object_update(said, more);
    json_decref(more);
    return said;
}

int okta_dev_introspect_endpoint(request_rec *r, const okta_dev_config *cfg, const char *issuer)
{
    const okta_dev_client *client;
    okta_dev_issued issued;
    int answered;
    const char *token = token_of(r, cfg, &client, &answered);
    if (!token) {
        return answered;
    }
    return okta_dev_reply_json(r, HTTP_OK, "no-store",
                               okta_dev_issued_read(r, issuer, token, &issued)
                                   ? active(r->pool, issued.claims)
                                   : json_pack("{s:b}", "active", 0));
}

int okta_dev_revoke_endpoint(request_rec *r, const okta_dev_config *cfg, const char *issuer)
{
    const okta_dev_client *client;
    okta_dev_issued issued;
    int answered;
    const char *token = token_of(r, cfg, &client, &answered);
    if (!token) {
        return answered;
    }
    if (okta_dev_issued_read(r, issuer, token, &issued)) {
        const char *owner = client_of(issued.claims);
        if (!owner || strcmp(owner, client->id) != 0) {
            return okta_dev_reply_oauth_error(r, HTTP_BAD_REQUEST, "invalid_request",
                                              "The token was issued to another client.");
        }
        if (!okta_dev_revoked_add(r, issued.signed_part, issued.exp)) {
            return okta_dev_reply_oauth_error(r, HTTP_SERVICE_UNAVAILABLE,
                                              "temporarily_unavailable",
                                              "The token cannot be remembered as revoked.");
        }
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "OKTA-DEV: token revoked: client %s",
                      client->id);
    }
    return okta_dev_reply_text(r, HTTP_OK, "no-store", "");
}
