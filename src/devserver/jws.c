/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/jws.h"

#include <apr_encode.h>
#include <apr_strings.h>
#include <openssl/rand.h>
#include <stdlib.h>

static const char *base64url(apr_pool_t *p, const void *bytes, size_t size)
{
    return apr_pencode_base64_binary(p, bytes, (apr_ssize_t)size, APR_ENCODE_BASE64URL, NULL);
}

static const char *encoded_json(apr_pool_t *p, const json_t *json)
{
    const char *encoded = NULL;
    char *text = json_dumps(json, JSON_COMPACT);
    if (text) {
        encoded = base64url(p, text, strlen(text));
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
            encoded = base64url(p, bytes, size);
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
               ? apr_pstrcat(p, prefix, base64url(p, bytes, sizeof(bytes)), NULL)
               : NULL;
}
