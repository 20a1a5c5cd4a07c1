/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/encryption_keys.h"

#include "core/base64url.h"
#include "httpd/decryption_keys.h"
#include "httpd/effective.h"
#include "httpd/reply.h"

#include <http_protocol.h>
#include <http_request.h>

#define NAME "okta-encryption-keys"
/* What Okta offers for encryption; a JWK that names no algorithm serves it. */
#define USUAL_ALG "RSA-OAEP-256"
#define CACHE_CONTROL "max-age=3600"

static const char *encoded(apr_pool_t *pool, const okta_key_number *number)
{
    char *text = apr_palloc(pool, OKTA_BASE64URL_ENCODED(number->length) + 1);

    okta_base64url_encode(number->bytes, number->length, text);
    return text;
}

/* Made of the public numbers alone, so that nothing else can get in. */
static json_t *jwk_of(apr_pool_t *pool, const okta_decryption_key *key)
{
    const okta_key_wrapping *only = okta_decryption_key_only(key);
    okta_key_number numbers[2];

    okta_decryption_key_numbers(key, numbers);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "kty", "RSA", "use", "enc", "alg",
                     only ? only->name : USUAL_ALG, "kid", okta_decryption_key_kid(key), "e",
                     encoded(pool, &numbers[0]), "n", encoded(pool, &numbers[1]));
}

static bool is_wanted(const okta_decryption_key *key, const okta_strings *issuers)
{
    for (size_t i = 0; i < issuers->count; i++) {
        const okta_issuer *issuer = okta_registry_find(issuers->items[i]);

        if (issuer && okta_decryption_key_is_of(key, issuer))
            return true;
    }
    return issuers->count == 0;
}

static bool is_repeated(const okta_decryption_set *set, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (okta_decryption_key_is_same(set->keys[i], set->keys[at]) &&
            strcmp(okta_decryption_key_kid(set->keys[i]), okta_decryption_key_kid(set->keys[at])) ==
                0)
            return true;
    return false;
}

int okta_handle_encryption_keys(request_rec *r)
{
    const okta_decryption_set *set = okta_decryption_set_get();
    okta_strings issuers;
    json_t *keys;

    if (!r->handler || strcmp(r->handler, NAME) != 0)
        return DECLINED;
    if (r->method_number != M_GET) {
        ap_allow_standard_methods(r, REPLACE_ALLOW, M_GET, -1);
        return HTTP_METHOD_NOT_ALLOWED;
    }
    ap_discard_request_body(r);
    issuers = okta_effective_policy(okta_dir_config_of(r), r->server, r->pool).issuers;
    keys = json_array();
    for (size_t i = 0; i < set->count; i++)
        if (is_wanted(set->keys[i], &issuers) && !is_repeated(set, i))
            json_array_append_new(keys, jwk_of(r->pool, set->keys[i]));
    if (json_array_size(keys) == 0) {
        json_decref(keys);
        return HTTP_NOT_FOUND;
    }
    apr_table_setn(r->headers_out, "Cache-Control", CACHE_CONTROL);
    apr_table_setn(r->headers_out, "X-Content-Type-Options", "nosniff");
    return okta_reply_json(r, json_pack("{s:o}", "keys", keys));
}
