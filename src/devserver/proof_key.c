/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/proof_key.h"

#include "devserver/base64url.h"
#include <apr_strings.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/sha.h>
#include <string.h>

#define MIN_MODULUS_BYTES 256
#define MAX_MODULUS_BYTES 1024
#define MAX_COORDINATE_BYTES 66

struct okta_dev_proof_alg {
    const char *name;
    const char *digest;
    const char *crv; /* NULL: RSA */
    size_t coordinate_bytes;
};

static const okta_dev_proof_alg algs[] = {
    {"RS256", "SHA256", NULL, 0},     {"RS384", "SHA384", NULL, 0},
    {"RS512", "SHA512", NULL, 0},     {"ES256", "SHA256", "P-256", 32},
    {"ES384", "SHA384", "P-384", 48}, {"ES512", "SHA512", "P-521", 66},
};

json_t *okta_dev_proof_algs(void)
{
    json_t *names = json_array();
    for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++) {
        json_array_append_new(names, json_string(algs[i].name));
    }
    return names;
}

static const okta_dev_proof_alg *find_alg(const char *name)
{
    for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++) {
        if (strcmp(algs[i].name, name) == 0) {
            return &algs[i];
        }
    }
    return NULL;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static bool has_private_member(const json_t *jwk)
{
    static const char *const names[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (json_object_get(jwk, names[i])) {
            return true;
        }
    }
    return false;
}

static apr_status_t free_pkey(void *pkey)
{
    EVP_PKEY_free(pkey);
    return APR_SUCCESS;
}

static EVP_PKEY *make_pkey(const char *type, OSSL_PARAM_BLD *builder)
{
    EVP_PKEY *pkey = NULL;
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (!params || !ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1) {
        pkey = NULL;
    }
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    ERR_clear_error();
    return pkey;
}

static EVP_PKEY *rsa_pkey(apr_pool_t *p, const json_t *jwk)
{
    size_t n_size = 0;
    size_t e_size = 0;
    const unsigned char *n = okta_dev_base64url_decode(p, text_of(jwk, "n"), &n_size);
    const unsigned char *e = okta_dev_base64url_decode(p, text_of(jwk, "e"), &e_size);
    EVP_PKEY *pkey = NULL;
    /* An odd exponent above 1; thumbprints want numbers without leading zeros. */
    if (!n || !e || n[0] < 0x80 || e[0] == 0 || n_size < MIN_MODULUS_BYTES ||
        n_size > MAX_MODULUS_BYTES || e_size > 4 || (e[e_size - 1] & 1) == 0 ||
        (e_size == 1 && e[0] == 1)) {
        return NULL;
    }
    BIGNUM *modulus = BN_bin2bn(n, (int)n_size, NULL);
    BIGNUM *exponent = BN_bin2bn(e, (int)e_size, NULL);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    if (modulus && exponent && builder &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent) == 1) {
        pkey = make_pkey("RSA", builder);
    }
    OSSL_PARAM_BLD_free(builder);
    BN_free(exponent);
    BN_free(modulus);
    return pkey;
}

static EVP_PKEY *ec_pkey(apr_pool_t *p, const json_t *jwk, const okta_dev_proof_alg *alg)
{
    size_t x_size = 0;
    size_t y_size = 0;
    const unsigned char *x = okta_dev_base64url_decode(p, text_of(jwk, "x"), &x_size);
    const unsigned char *y = okta_dev_base64url_decode(p, text_of(jwk, "y"), &y_size);
    unsigned char point[1 + 2 * MAX_COORDINATE_BYTES] = {POINT_CONVERSION_UNCOMPRESSED};
    EVP_PKEY *pkey = NULL;
    if (!x || !y || x_size != alg->coordinate_bytes || y_size != alg->coordinate_bytes) {
        return NULL;
    }
    memcpy(point + 1, x, x_size);
    memcpy(point + 1 + x_size, y, y_size);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    if (builder &&
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, alg->crv, 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point,
                                         1 + 2 * alg->coordinate_bytes) == 1) {
        pkey = make_pkey("EC", builder); /* refuses a point that is not on the curve */
    }
    OSSL_PARAM_BLD_free(builder);
    return pkey;
}

static const char *thumbprint(apr_pool_t *p, const json_t *jwk, const okta_dev_proof_alg *alg)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    /* RFC 7638 section 3: the required members in the order of their names, without whitespace. */
    const char *text =
        alg->crv ? apr_pstrcat(p, "{\"crv\":\"", alg->crv, "\",\"kty\":\"EC\",\"x\":\"",
                               text_of(jwk, "x"), "\",\"y\":\"", text_of(jwk, "y"), "\"}", NULL)
                 : apr_pstrcat(p, "{\"e\":\"", text_of(jwk, "e"), "\",\"kty\":\"RSA\",\"n\":\"",
                               text_of(jwk, "n"), "\"}", NULL);
    return EVP_Digest(text, strlen(text), digest, NULL, EVP_sha256(), NULL) == 1
               ? okta_dev_base64url(p, digest, sizeof(digest))
               : NULL;
}

const char *okta_dev_proof_key_read(apr_pool_t *p, const char *alg, const json_t *jwk,
                                    okta_dev_proof_key *key)
{
    key->alg = find_alg(alg);
    if (!key->alg) {
        return "The alg of the DPoP proof is not one of RS256, RS384, RS512, ES256, ES384 and "
               "ES512.";
    }
    if (!json_is_object(jwk)) {
        return "The header of the DPoP proof has no jwk.";
    }
    if (has_private_member(jwk)) {
        return "The jwk of the DPoP proof holds a private key: send the public members only.";
    }
    if (strcmp(text_of(jwk, "kty"), key->alg->crv ? "EC" : "RSA") != 0 ||
        (key->alg->crv && strcmp(text_of(jwk, "crv"), key->alg->crv) != 0)) {
        return "The jwk of the DPoP proof does not fit its alg.";
    }
    key->pkey = key->alg->crv ? ec_pkey(p, jwk, key->alg) : rsa_pkey(p, jwk);
    if (!key->pkey) {
        return "The jwk of the DPoP proof is not a usable public key (RSA from 2048 bits, P-256, "
               "P-384, P-521).";
    }
    apr_pool_cleanup_register(p, key->pkey, free_pkey, apr_pool_cleanup_null);
    key->jkt = thumbprint(p, jwk, key->alg);
    return key->jkt ? NULL : "The thumbprint of the DPoP proof's key could not be made.";
}

/* From the r || s of a JWS to the DER that OpenSSL takes; its size in *der, 0 on failure. */
static int ecdsa_der(const unsigned char *signature, size_t half, unsigned char **der)
{
    int size = 0;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature, (int)half, NULL);
    BIGNUM *s = BN_bin2bn(signature + half, (int)half, NULL);
    if (pair && r && s && ECDSA_SIG_set0(pair, r, s) == 1) {
        r = s = NULL; /* the pair's now */
        size = i2d_ECDSA_SIG(pair, der);
    }
    BN_free(s);
    BN_free(r);
    ECDSA_SIG_free(pair);
    return size > 0 ? size : 0;
}

static bool verifies(const okta_dev_proof_key *key, const char *input, size_t length,
                     const unsigned char *signature, size_t size)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok =
        ctx &&
        EVP_DigestVerifyInit_ex(ctx, NULL, key->alg->digest, NULL, NULL, key->pkey, NULL) == 1 &&
        EVP_DigestVerify(ctx, signature, size, (const unsigned char *)input, length) == 1;
    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return ok;
}

bool okta_dev_proof_key_verifies(const okta_dev_proof_key *key, const char *input, size_t length,
                                 const unsigned char *signature, size_t size)
{
    unsigned char *der = NULL;
    bool ok;
    if (!key->alg->crv) {
        return verifies(key, input, length, signature, size);
    }
    if (size != 2 * key->alg->coordinate_bytes) {
        return false;
    }
    int der_size = ecdsa_der(signature, key->alg->coordinate_bytes, &der);
    ok = der_size > 0 && verifies(key, input, length, der, (size_t)der_size);
    OPENSSL_free(der);
    return ok;
}
