/* SPDX-License-Identifier: Apache-2.0 */
#include "core/jwk.h"

#include "core/base64url.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <stdlib.h>
#include <string.h>

typedef struct curve {
    const char *name;
    okta_key_kind kind;
    size_t coordinate_bytes;
} curve;

static const curve curves[] = {
    {"P-256", OKTA_KEY_P256, 32},
    {"P-384", OKTA_KEY_P384, 48},
    {"P-521", OKTA_KEY_P521, 66},
};

#define ED25519_BYTES 32
#define OPERATIONS_MAX 32

static bool is_word(const okta_value *value, const char *word)
{
    return value && value->type == OKTA_VALUE_STRING && strcmp(value->as.string, word) == 0;
}

/* Decode a base64url member into a new buffer; the caller frees. */
static unsigned char *member_bytes(const okta_value *jwk, const char *name, size_t *length,
                                   okta_error *error)
{
    const char *text = okta_value_text(jwk, name);
    size_t text_length = text ? strlen(text) : 0;
    unsigned char *bytes;

    if (text_length == 0) {
        okta_error_set(error, "no \"%s\"", name);
        return NULL;
    }
    bytes = malloc(OKTA_BASE64URL_DECODED(text_length) + 1);
    if (!bytes) {
        okta_error_set_no_memory(error);
    } else if (!okta_base64url_decode(text, text_length, bytes, length)) {
        okta_error_set(error, "\"%s\" is not base64url", name);
        free(bytes);
        bytes = NULL;
    }
    return bytes;
}

static BIGNUM *member_number(const okta_value *jwk, const char *name, okta_error *error)
{
    size_t length = 0;
    unsigned char *bytes = member_bytes(jwk, name, &length, error);
    BIGNUM *number = bytes ? BN_bin2bn(bytes, (int)length, NULL) : NULL;

    if (bytes && !number)
        okta_error_set_no_memory(error);
    free(bytes);
    return number;
}

static EVP_PKEY *pkey_from_params(const char *type, OSSL_PARAM *params)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *pkey = NULL;

    if (!context || EVP_PKEY_fromdata_init(context) <= 0 ||
        EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, params) <= 0)
        pkey = NULL;
    EVP_PKEY_CTX_free(context);
    return pkey;
}

bool okta_rsa_is_sound(const BIGNUM *n, const BIGNUM *e, okta_error *error)
{
    int bits = BN_num_bits(n);

    if (bits < OKTA_RSA_MIN_BITS || bits > OKTA_RSA_MAX_BITS)
        return okta_error_set(error, "an RSA key of %d bits (%d to %d are accepted)", bits,
                              OKTA_RSA_MIN_BITS, OKTA_RSA_MAX_BITS);
    if (!BN_is_odd(n))
        return okta_error_set(error, "an even RSA modulus");
    if (!BN_is_odd(e) || BN_is_one(e) || BN_num_bits(e) > OKTA_RSA_EXPONENT_MAX_BITS)
        return okta_error_set(error, "an RSA exponent that is even, 1 or huge");
    return true;
}

static EVP_PKEY *rsa_pkey(const okta_value *jwk, size_t *modulus_bytes, okta_material *material,
                          okta_error *error)
{
    BIGNUM *n = member_number(jwk, "n", error);
    BIGNUM *e = n ? member_number(jwk, "e", error) : NULL;
    OSSL_PARAM_BLD *builder = NULL;
    OSSL_PARAM *params = NULL;
    EVP_PKEY *pkey = NULL;

    if (n && e && okta_rsa_is_sound(n, e, error)) {
        builder = OSSL_PARAM_BLD_new();
        if (builder && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) &&
            OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e))
            params = OSSL_PARAM_BLD_to_param(builder);
        pkey = params ? pkey_from_params("RSA", params) : NULL;
        if (pkey) {
            *modulus_bytes = (size_t)BN_num_bytes(n);
            material->length = (size_t)BN_bn2bin(e, material->bytes);
            material->length += (size_t)BN_bn2bin(n, material->bytes + material->length);
        } else {
            okta_error_set(error, "OpenSSL refuses this RSA key");
        }
    }
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    BN_free(n);
    BN_free(e);
    return pkey;
}

/* RFC 7518 section 6.2.1.2: coordinates have the full length of the field. */
static EVP_PKEY *ec_pkey(const okta_value *jwk, const curve *on, okta_material *material,
                         okta_error *error)
{
    size_t size = on->coordinate_bytes, x_length = 0, y_length = 0;
    unsigned char *x = member_bytes(jwk, "x", &x_length, error);
    unsigned char *y = x ? member_bytes(jwk, "y", &y_length, error) : NULL;
    unsigned char *point = material->bytes;
    EVP_PKEY *pkey = NULL;

    if (x && y && (x_length != size || y_length != size)) {
        okta_error_set(error, "coordinates of the wrong length for %s", on->name);
    } else if (x && y) {
        OSSL_PARAM params[3];
        EVP_PKEY_CTX *context;

        point[0] = POINT_CONVERSION_UNCOMPRESSED;
        memcpy(point + 1, x, size);
        memcpy(point + 1 + size, y, size);
        material->length = 1 + 2 * size;
        params[0] =
            OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)on->name, 0);
        params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * size);
        params[2] = OSSL_PARAM_construct_end();
        pkey = pkey_from_params("EC", params);
        context = pkey ? EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL) : NULL;
        if (!context || EVP_PKEY_public_check(context) <= 0) {
            okta_error_set(error, "a point that is not on %s", on->name);
            EVP_PKEY_free(pkey);
            pkey = NULL;
        }
        EVP_PKEY_CTX_free(context);
    }
    free(x);
    free(y);
    return pkey;
}

/* Points of an order of at most 8, by y, little-endian: 0, 1, -1 and two more. With one of them as
 * its key a signature proves nothing: some fit every message. */
static const unsigned char small_order[][ED25519_BYTES] = {
    {0},
    {1},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
};

/* RFC 8032 section 5.1.3: y is below 2^255 - 19, so that a key has one spelling. OpenSSL does not
 * look at either. */
static bool ed25519_is_sound(const unsigned char x[ED25519_BYTES], okta_error *error)
{
    unsigned char y[ED25519_BYTES];
    bool is_canonical;

    memcpy(y, x, sizeof(y));
    y[ED25519_BYTES - 1] &= 0x7f; /* above is the sign of x */
    is_canonical = y[0] < 0xed || y[ED25519_BYTES - 1] != 0x7f;
    for (size_t i = 1; i < ED25519_BYTES - 1; i++)
        is_canonical = is_canonical || y[i] != 0xff;
    if (!is_canonical)
        return okta_error_set(error, "\"x\" is not the one spelling of its point");
    for (size_t i = 0; i < sizeof(small_order) / sizeof(small_order[0]); i++)
        if (memcmp(y, small_order[i], sizeof(y)) == 0)
            return okta_error_set(error, "\"x\" is a point of small order");
    return true;
}

static EVP_PKEY *ed25519_pkey(const okta_value *jwk, okta_material *material, okta_error *error)
{
    size_t length = 0;
    unsigned char *x = member_bytes(jwk, "x", &length, error);
    EVP_PKEY *pkey = NULL;

    if (x && length != ED25519_BYTES) {
        okta_error_set(error, "\"x\" is not an Ed25519 public key");
    } else if (x && ed25519_is_sound(x, error)) {
        pkey = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, x, length);
        memcpy(material->bytes, x, length);
        material->length = length;
        if (!pkey)
            okta_error_set(error, "\"x\" is not an Ed25519 public key");
    }
    free(x);
    return pkey;
}

static EVP_PKEY *pkey_of(const okta_value *jwk, okta_jwk *read, okta_error *error)
{
    const okta_value *type = okta_value_member(jwk, "kty");
    const okta_value *crv = okta_value_member(jwk, "crv");

    if (is_word(type, "RSA")) {
        read->kind = OKTA_KEY_RSA;
        return rsa_pkey(jwk, &read->modulus_bytes, &read->material, error);
    }
    if (is_word(type, "OKP") && is_word(crv, "Ed25519")) {
        read->kind = OKTA_KEY_ED25519;
        return ed25519_pkey(jwk, &read->material, error);
    }
    if (is_word(type, "EC")) {
        for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
            if (is_word(crv, curves[i].name)) {
                read->kind = curves[i].kind;
                return ec_pkey(jwk, &curves[i], &read->material, error);
            }
        }
    }
    if (is_word(type, "oct"))
        okta_error_set(error, "a symmetric key");
    else
        okta_error_set(error, "a key type or curve that is not supported");
    return NULL;
}

/* RFC 7517 section 4.3: an array of strings, none of them twice. */
static bool operations_verify(const okta_value *operations, okta_error *error)
{
    bool verifies = false;

    if (operations->type != OKTA_VALUE_ARRAY || operations->length > OPERATIONS_MAX)
        return okta_error_set(error, "its \"key_ops\" is no array of at most %d", OPERATIONS_MAX);
    for (uint32_t i = 0; i < operations->length; i++) {
        const okta_value *operation = &operations->as.children[i];

        if (operation->type != OKTA_VALUE_STRING)
            return okta_error_set(error, "its \"key_ops\" hold something other than strings");
        for (uint32_t k = 0; k < i; k++)
            if (is_word(&operations->as.children[k], operation->as.string))
                return okta_error_set(error, "its \"key_ops\" name an operation twice");
        verifies = verifies || is_word(operation, "verify");
    }
    return verifies || okta_error_set(error, "its \"key_ops\" lack \"verify\"");
}

static bool may_verify(const okta_value *jwk, okta_error *error)
{
    const okta_value *use = okta_value_member(jwk, "use");
    const okta_value *operations = okta_value_member(jwk, "key_ops");
    const okta_value *kid = okta_value_member(jwk, "kid");

    if (use && !is_word(use, "sig"))
        return okta_error_set(error, "its \"use\" is not \"sig\"");
    if (operations && !operations_verify(operations, error))
        return false;
    if (kid &&
        (kid->type != OKTA_VALUE_STRING || kid->length == 0 || kid->length > OKTA_KID_MAX_BYTES))
        return okta_error_set(error, "its \"kid\" is no string of 1 to %d bytes",
                              OKTA_KID_MAX_BYTES);
    return true;
}

static bool named_algorithm(const okta_value *jwk, okta_key_kind kind, const okta_algorithm **only,
                            okta_error *error)
{
    const okta_value *alg = okta_value_member(jwk, "alg");

    *only = NULL;
    if (!alg)
        return true;
    if (alg->type == OKTA_VALUE_STRING)
        *only = okta_algorithm_by_name(alg->as.string, alg->length);
    if (!*only)
        return okta_error_set(error, "its \"alg\" is not supported");
    if ((*only)->key_kind != kind)
        return okta_error_set(error, "its \"alg\" does not fit its type or curve");
    return true;
}

/* The one algorithm of a key that can serve no other, whether or not the JWK names it. */
static const okta_algorithm *only_algorithm(okta_key_kind kind)
{
    switch (kind) {
    case OKTA_KEY_P256:
        return okta_algorithm_by_id(OKTA_ES256);
    case OKTA_KEY_P384:
        return okta_algorithm_by_id(OKTA_ES384);
    case OKTA_KEY_P521:
        return okta_algorithm_by_id(OKTA_ES512);
    case OKTA_KEY_ED25519:
        return okta_algorithm_by_id(OKTA_EDDSA);
    case OKTA_KEY_RSA:
    default:
        return NULL;
    }
}

bool okta_jwk_read(const okta_value *value, okta_jwk *jwk, okta_error *error)
{
    *jwk = (okta_jwk){.kind = OKTA_KEY_RSA};
    if (!may_verify(value, error))
        return false;
    jwk->pkey = pkey_of(value, jwk, error);
    if (jwk->pkey && named_algorithm(value, jwk->kind, &jwk->only, error)) {
        if (!jwk->only)
            jwk->only = only_algorithm(jwk->kind);
        return true;
    }
    EVP_PKEY_free(jwk->pkey);
    jwk->pkey = NULL;
    return false;
}
