/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/key.h"

#include <apr_encode.h>
#include <jansson.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define MODULUS_BYTES 256
#define MODULUS_CHARS 342 /* of its base64url */

size_t okta_dev_key_generate(unsigned char der[OKTA_DEV_DER_MAX])
{
    EVP_PKEY *pkey = EVP_RSA_gen(MODULUS_BYTES * 8);
    int size = pkey ? i2d_PrivateKey(pkey, NULL) : 0;
    if (size <= 0 || size > OKTA_DEV_DER_MAX) {
        EVP_PKEY_free(pkey);
        return 0;
    }
    size = i2d_PrivateKey(pkey, &der);
    EVP_PKEY_free(pkey);
    return size > 0 ? (size_t)size : 0;
}

static bool base64url(char *out, const unsigned char *bytes, size_t size)
{
    return apr_encode_base64_binary(out, bytes, (apr_ssize_t)size, APR_ENCODE_BASE64URL, NULL) ==
           APR_SUCCESS;
}

static bool read_modulus(const EVP_PKEY *pkey, char n[MODULUS_CHARS + 1])
{
    unsigned char bytes[MODULUS_BYTES];
    BIGNUM *modulus = NULL;
    bool ok = EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &modulus) &&
              BN_num_bytes(modulus) == MODULUS_BYTES &&
              BN_bn2binpad(modulus, bytes, MODULUS_BYTES) == MODULUS_BYTES;
    BN_free(modulus);
    return ok && base64url(n, bytes, sizeof(bytes));
}

static bool thumbprint(const char *n, char kid[44])
{
    char text[MODULUS_CHARS + 64];
    unsigned char digest[SHA256_DIGEST_LENGTH];
    /* RFC 7638 section 3: the required members only, in this order, without whitespace. */
    int size = snprintf(text, sizeof(text), "{\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":\"%s\"}", n);
    return size > 0 && (size_t)size < sizeof(text) &&
           EVP_Digest(text, (size_t)size, digest, NULL, EVP_sha256(), NULL) &&
           base64url(kid, digest, sizeof(digest));
}

static char *public_jwk(const char *n, const char *kid)
{
    char *text = NULL;
    json_t *jwk = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "kty", "RSA", "alg", "RS256", "kid",
                            kid, "use", "sig", "e", "AQAB", "n", n);
    if (jwk) {
        text = json_dumps(jwk, JSON_COMPACT);
        json_decref(jwk);
    }
    return text;
}

okta_dev_key *okta_dev_key_parse(const unsigned char *der, size_t size)
{
    char n[MODULUS_CHARS + 1];
    okta_dev_key *key = calloc(1, sizeof(*key));
    if (!key) {
        return NULL;
    }
    key->pkey = d2i_AutoPrivateKey(NULL, &der, (long)size);
    if (!key->pkey || !read_modulus(key->pkey, n) || !thumbprint(n, key->kid) ||
        !(key->jwk = public_jwk(n, key->kid))) {
        okta_dev_key_free(key);
        return NULL;
    }
    return key;
}

void okta_dev_key_free(okta_dev_key *key)
{
    if (key) {
        EVP_PKEY_free(key->pkey);
        free(key->jwk);
        free(key);
    }
}
