/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/jws.h"

#include "devserver/base64url.h"
#include <apr_strings.h>
#include <openssl/rand.h>
#include <stdlib.h>

static const char *encoded_json(apr_pool_t *p, const json_t *json)
{
    const char *encoded = NULL;
    char *text = json_dumps(json, JSON_COMPACT);
    if (text) {
        encoded = okta_dev_base64url(p, text, strlen(text));
        free(text);
    }
    return encoded;
}

static const char *signature(apr_pool_t *p, EVP_PKEY *pkey, const char *input)
{
    const char *encoded = NULL;
    size_t size = 0;
    size_t length = strlen(input);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, pkey) == 1 &&
        EVP_DigestSign(ctx, NULL, &size, (const unsigned char *)input, length) == 1) {
        unsigned char *bytes = apr_palloc(p, size);
        if (EVP_DigestSign(ctx, bytes, &size, (const unsigned char *)input, length) == 1) {
            encoded = okta_dev_base64url(p, bytes, size);
        }
    }
    EVP_MD_CTX_free(ctx);
    return encoded;
}

const char *okta_dev_jws_sign(apr_pool_t *p, const okta_dev_key *key, const json_t *header,
                              const json_t *claims)
{
    const char *protected = encoded_json(p, header);
    const char *payload = encoded_json(p, claims);
    if (!protected || !payload) {
        return NULL;
    }
    const char *input = apr_pstrcat(p, protected, ".", payload, NULL);
    const char *signed_by = signature(p, key->pkey, input);
    return signed_by ? apr_pstrcat(p, input, ".", signed_by, NULL) : NULL;
}

const char *okta_dev_random_id(apr_pool_t *p, const char *prefix)
{
    unsigned char bytes[32];
    return RAND_bytes(bytes, sizeof(bytes)) == 1
               ? apr_pstrcat(p, prefix, okta_dev_base64url(p, bytes, sizeof(bytes)), NULL)
               : NULL;
}

static apr_status_t drop_json(void *json)
{
    json_decref(json);
    return APR_SUCCESS;
}

json_t *okta_dev_jws_part(apr_pool_t *p, const char *part)
{
    size_t size;
    const unsigned char *bytes = okta_dev_base64url_decode(p, part, &size);
    json_t *json =
        bytes ? json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (json) {
        apr_pool_cleanup_register(p, json, drop_json, apr_pool_cleanup_null);
    }
    return json_is_object(json) ? json : NULL;
}
