/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/client.h"

#include <apr_strings.h>
#include <http_protocol.h>
#include <openssl/crypto.h>

static const char *field(apr_hash_t *form, const char *name)
{
    return apr_hash_get(form, name, APR_HASH_KEY_STRING);
}

static bool same_secret(const char *given, const char *secret)
{
    size_t length = strlen(secret);
    return strlen(given) == length && CRYPTO_memcmp(given, secret, length) == 0;
}

/* Section 2.3.1 has id and secret form-encoded before they are joined. Most clients forget that;
 * where decoding fails or gives another text, either reading may be meant. */
static bool fits(apr_pool_t *p, const char *given, const char *expected)
{
    char *decoded = apr_pstrdup(p, given);
    return same_secret(given, expected) ||
           (ap_unescape_urlencoded(decoded) == OK && same_secret(decoded, expected));
}

static const okta_dev_client *find(const request_rec *r, const okta_dev_config *cfg, const char *id,
                                   const char *secret, bool from_header)
{
    for (int i = 0; i < cfg->clients->nelts; i++) {
        const okta_dev_client *client = &APR_ARRAY_IDX(cfg->clients, i, okta_dev_client);
        if (from_header ? fits(r->pool, id, client->id) && fits(r->pool, secret, client->secret)
                        : strcmp(id, client->id) == 0 && same_secret(secret, client->secret)) {
            return client;
        }
    }
    return NULL;
}

const char *okta_dev_client_authenticate(const request_rec *r, const okta_dev_config *cfg,
                                         apr_hash_t *form, const okta_dev_client **client,
                                         const char **description)
{
    const char *id = field(form, "client_id");
    const char *secret = field(form, "client_secret");
    bool from_header = apr_table_get(r->headers_in, "Authorization") != NULL;

    if (from_header && secret) {
        *description = "Authenticate the client once: by the Authorization header or by "
                       "client_secret in the form.";
        return "invalid_request";
    }
    if (from_header) {
        const char *form_id = id;
        if (ap_get_basic_auth_components(r, &id, &secret) != APR_SUCCESS) {
            *description = "The Authorization header of a token request has to be HTTP Basic.";
            return "invalid_client";
        }
        if (form_id && !fits(r->pool, id, form_id)) {
            *description = "client_id in the form and in the Authorization header differ.";
            return "invalid_request";
        }
    }
    if (!id || !secret) {
        *description = "No client credentials: send HTTP Basic, or client_id and client_secret "
                       "in the form.";
        return "invalid_client";
    }
    *client = find(r, cfg, id, secret, from_header);
    if (!*client) {
        *description = apr_is_empty_array(cfg->clients)
                           ? "No client is configured: add OktaDevClient id secret scopes to the "
                             "location."
                           : "The client id or the client secret is wrong.";
        return "invalid_client";
    }
    return NULL;
}
