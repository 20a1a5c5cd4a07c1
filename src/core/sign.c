/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sign.h"

#include "core/base64url.h"

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <stdlib.h>

/* R and S of a DER signature, side by side (RFC 7518 section 3.4). */
static bool unwrap_ecdsa(const unsigned char *der, size_t length, unsigned char *out, size_t size)
{
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)length);
    int half = (int)size / 2;
    bool good = pair && BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, half) == half &&
                BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + half, half) == half;

    ECDSA_SIG_free(pair);
    return good;
}

static bool sign(EVP_PKEY *pkey, const okta_algorithm *algorithm, const char *data, size_t length,
                 unsigned char *out, size_t *size)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *parameters = NULL;
    bool good = context &&
                EVP_DigestSignInit_ex(context, &parameters, algorithm->digest, NULL, NULL, pkey,
                                      NULL) > 0 &&
                (!algorithm->pss ||
                 (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) > 0 &&
                  EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) > 0)) &&
                EVP_DigestSign(context, out, size, (const unsigned char *)data, length) > 0;

    EVP_MD_CTX_free(context);
    return good;
}

char *okta_sign(EVP_PKEY *pkey, const okta_algorithm *algorithm, const char *data, size_t length)
{
    size_t size = (size_t)EVP_PKEY_get_size(pkey);
    /* Ed25519, the one without a digest, writes what JWS has; of ECDSA's the length is fixed */
    const size_t fixed = algorithm->digest ? algorithm->signature_bytes : 0;
    unsigned char *signature = malloc(size), *pair = malloc(fixed + 1);
    char *text = malloc(OKTA_BASE64URL_ENCODED(size + fixed) + 1);
    bool good = signature && pair && text && sign(pkey, algorithm, data, length, signature, &size);

    if (good && fixed) {
        good = unwrap_ecdsa(signature, size, pair, fixed);
        okta_base64url_encode(pair, fixed, text);
    } else if (good) {
        okta_base64url_encode(signature, size, text);
    }
    free(signature);
    free(pair);
    if (good)
        return text;
    free(text);
    return NULL;
}
