/* SPDX-License-Identifier: Apache-2.0 */
#include "core/key.h"

#include "core/crypto_errors.h"
#include "core/jwk.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

struct okta_key {
    EVP_PKEY *pkey;
    EVP_MD_CTX *prepared; /* copying it is cheaper than initializing one */
    const okta_algorithm *prepared_for;
    const okta_algorithm *only;
    unsigned char *material; /* of okta_jwk */
    okta_key_kind kind;
    uint32_t modulus_bytes;
    uint32_t material_length;
    uint32_t kid_length;
    char kid[];
};

static bool init_verification(EVP_MD_CTX *context, EVP_PKEY *pkey, const okta_algorithm *algorithm)
{
    EVP_PKEY_CTX *parameters = NULL;

    if (EVP_DigestVerifyInit_ex(context, &parameters, algorithm->digest, NULL, NULL, pkey, NULL) <=
        0)
        return false;
    return !algorithm->pss ||
           (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) > 0 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) > 0);
}

/* Without a prepared context a verification makes its own. OpenSSL 3.0 cannot copy a context
 * without a digest (EdDSA). */
static void prepare(okta_key *key, const okta_algorithm *algorithm)
{
    EVP_MD_CTX *context;

    if (!algorithm || !algorithm->digest || key->prepared)
        return;
    context = EVP_MD_CTX_new();
    if (context && init_verification(context, key->pkey, algorithm)) {
        key->prepared = context;
        key->prepared_for = algorithm;
    } else {
        EVP_MD_CTX_free(context);
    }
}

static okta_key *key_from_jwk(const okta_value *value, okta_error *error)
{
    const char *kid = okta_value_text(value, "kid");
    size_t kid_length = kid ? strlen(kid) : 0;
    okta_jwk jwk;
    okta_key *key;

    if (!okta_jwk_read(value, &jwk, error))
        return NULL;
    key = calloc(1, sizeof(*key) + kid_length + 1);
    if (key)
        key->material = malloc(jwk.material.length);
    if (!key || !key->material) {
        okta_error_set_no_memory(error);
        EVP_PKEY_free(jwk.pkey);
        free(key);
        return NULL;
    }
    key->kind = jwk.kind;
    key->only = jwk.only;
    key->modulus_bytes = (uint32_t)jwk.modulus_bytes;
    key->kid_length = (uint32_t)kid_length;
    if (kid)
        memcpy(key->kid, kid, kid_length);
    key->material_length = (uint32_t)jwk.material.length;
    memcpy(key->material, jwk.material.bytes, jwk.material.length);
    key->pkey = jwk.pkey;
    prepare(key, key->only);
    return key;
}

okta_key *okta_key_from_jwk(const okta_value *jwk, okta_error *error)
{
    okta_crypto_errors errors;
    okta_error why = {""};
    okta_key *key;

    okta_crypto_errors_begin(&errors);
    key = jwk->type == OKTA_VALUE_OBJECT ? key_from_jwk(jwk, &why) : NULL;
    if (jwk->type != OKTA_VALUE_OBJECT)
        okta_error_set(&why, "not an object");
    /* a key that lacks only its prepared context is whole */
    if (okta_crypto_errors_end(&errors) == OKTA_CRYPTO_LEFT_NO_MEMORY && !key)
        okta_error_set_no_memory(&why);
    if (!key && error)
        *error = why;
    return key;
}

void okta_key_free(okta_key *key)
{
    if (!key)
        return;
    EVP_MD_CTX_free(key->prepared);
    EVP_PKEY_free(key->pkey);
    free(key->material);
    free(key);
}

bool okta_key_kid(const okta_key *key, const char **kid, size_t *length)
{
    *kid = key->kid;
    *length = key->kid_length;
    return key->kid_length > 0;
}

bool okta_key_serves(const okta_key *key, const okta_algorithm *algorithm)
{
    return key->kind == algorithm->key_kind && (!key->only || key->only == algorithm);
}

void okta_key_prepare(okta_key *key, const okta_algorithm *algorithm)
{
    okta_crypto_errors errors;

    okta_crypto_errors_begin(&errors);
    prepare(key, algorithm);
    okta_crypto_errors_end(&errors);
}

okta_key_kind okta_key_numbers(const okta_key *key, okta_key_number numbers[2])
{
    /* okta_material: e and n, or a point in its uncompressed form, or x */
    size_t skipped = key->kind == OKTA_KEY_RSA || key->kind == OKTA_KEY_ED25519 ? 0 : 1;
    size_t rest = key->material_length - skipped;
    size_t second = key->kind == OKTA_KEY_RSA       ? key->modulus_bytes
                    : key->kind == OKTA_KEY_ED25519 ? 0
                                                    : rest / 2;

    numbers[0] = (okta_key_number){key->material + skipped, rest - second};
    numbers[1] = (okta_key_number){key->material + skipped + rest - second, second};
    return key->kind;
}

bool okta_key_is_same(const okta_key *a, const okta_key *b)
{
    return a->kind == b->kind && a->modulus_bytes == b->modulus_bytes &&
           a->material_length == b->material_length &&
           memcmp(a->material, b->material, a->material_length) == 0;
}

bool okta_keys_compete(const okta_key *a, const okta_key *b)
{
    return a->kind == b->kind && (!a->only || !b->only || a->only == b->only) &&
           !okta_key_is_same(a, b);
}

bool okta_key_repeats(const okta_key *a, const okta_key *b)
{
    return okta_key_is_same(a, b) && a->only == b->only;
}

/* R||S to the DER that OpenSSL takes; the caller frees with OPENSSL_free. -1 when out of memory. */
static int ecdsa_der(const unsigned char *signature, size_t length, unsigned char **der)
{
    ECDSA_SIG *pair = ECDSA_SIG_new();
    int half = (int)(length / 2), der_length = -1;
    BIGNUM *r = BN_bin2bn(signature, half, NULL);
    BIGNUM *s = BN_bin2bn(signature + half, half, NULL);

    *der = NULL;
    if (pair && r && s && ECDSA_SIG_set0(pair, r, s)) {
        r = s = NULL;
        der_length = i2d_ECDSA_SIG(pair, der);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(pair);
    return der_length;
}

static okta_signature_verdict verify_with(EVP_MD_CTX *context, const okta_key *key,
                                          const okta_algorithm *algorithm,
                                          const unsigned char *data, size_t length,
                                          const unsigned char *signature, size_t signature_length)
{
    unsigned char *der = NULL;
    int good;

    if (key->prepared_for == algorithm ? !EVP_MD_CTX_copy_ex(context, key->prepared)
                                       : !init_verification(context, key->pkey, algorithm))
        return OKTA_SIGNATURE_FAILED;
    if (algorithm->key_kind == OKTA_KEY_P256 || algorithm->key_kind == OKTA_KEY_P384 ||
        algorithm->key_kind == OKTA_KEY_P521) {
        int der_length = ecdsa_der(signature, signature_length, &der);

        if (der_length < 0)
            return OKTA_SIGNATURE_NO_MEMORY;
        signature = der;
        signature_length = (size_t)der_length;
    }
    /* used once: without this OpenSSL would copy the context to keep it usable */
    EVP_MD_CTX_set_flags(context, EVP_MD_CTX_FLAG_FINALISE);
    good = EVP_DigestVerify(context, signature, signature_length, data, length);
    OPENSSL_free(der);
    /* less than 0 is no judgment */
    return good == 1 ? OKTA_SIGNATURE_GOOD : good == 0 ? OKTA_SIGNATURE_BAD : OKTA_SIGNATURE_FAILED;
}

static okta_signature_verdict try_to_verify(const okta_key *key, const okta_algorithm *algorithm,
                                            const unsigned char *data, size_t length,
                                            const unsigned char *signature, size_t signature_length)
{
    okta_signature_verdict verdict = OKTA_SIGNATURE_FAILED;
    okta_crypto_errors errors;
    okta_crypto_left left;
    EVP_MD_CTX *context;

    okta_crypto_errors_begin(&errors);
    context = EVP_MD_CTX_new();
    if (context)
        verdict = verify_with(context, key, algorithm, data, length, signature, signature_length);
    EVP_MD_CTX_free(context);
    left = okta_crypto_errors_end(&errors);
    if (verdict != OKTA_SIGNATURE_GOOD && left == OKTA_CRYPTO_LEFT_NO_MEMORY)
        return OKTA_SIGNATURE_NO_MEMORY;
    /* OpenSSL says what is wrong with an RSA signature; where it says nothing, something else went
     * wrong */
    if (verdict == OKTA_SIGNATURE_BAD && left == OKTA_CRYPTO_LEFT_NOTHING &&
        key->kind == OKTA_KEY_RSA)
        return OKTA_SIGNATURE_FAILED;
    return verdict;
}

okta_signature_verdict okta_key_verify(const okta_key *key, const okta_algorithm *algorithm,
                                       const unsigned char *data, size_t length,
                                       const unsigned char *signature, size_t signature_length)
{
    size_t expected = algorithm->signature_bytes ? algorithm->signature_bytes : key->modulus_bytes;
    okta_signature_verdict verdict = OKTA_SIGNATURE_FAILED;

    if (!okta_key_serves(key, algorithm) || signature_length != expected)
        return OKTA_SIGNATURE_BAD;
    /* a failed allocation and a bad signature may look alike: asked again, memory may be there */
    for (int tries = 0; tries < 2; tries++) {
        verdict = try_to_verify(key, algorithm, data, length, signature, signature_length);
        if (verdict == OKTA_SIGNATURE_GOOD || verdict == OKTA_SIGNATURE_BAD)
            break;
    }
    return verdict;
}
