/* SPDX-License-Identifier: Apache-2.0 */
#include "core/private_jwk.h"

#include "core/base64url.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX_BYTES 1024

typedef struct member {
    const char *name;      /* in a JWK */
    const char *parameter; /* of OpenSSL */
    bool private;
} member;

static const member rsa_members[] = {
    {"n", OSSL_PKEY_PARAM_RSA_N, false},
    {"e", OSSL_PKEY_PARAM_RSA_E, false},
    {"d", OSSL_PKEY_PARAM_RSA_D, true},
    {"p", OSSL_PKEY_PARAM_RSA_FACTOR1, true},
    {"q", OSSL_PKEY_PARAM_RSA_FACTOR2, true},
    {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1, true},
    {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2, true},
    {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1, true},
    {NULL, NULL, false},
};

static const member ec_members[] = {
    {"x", OSSL_PKEY_PARAM_EC_PUB_X, false},
    {"y", OSSL_PKEY_PARAM_EC_PUB_Y, false},
    {"d", OSSL_PKEY_PARAM_PRIV_KEY, true},
    {NULL, NULL, false},
};

typedef struct curve {
    const char *name;  /* in a JWK */
    const char *group; /* of OpenSSL */
    size_t bytes;      /* of a coordinate */
    okta_algorithm_id algorithm;
} curve;

static const curve curves[] = {
    {"P-256", "prime256v1", 32, OKTA_ES256},
    {"P-384", "secp384r1", 48, OKTA_ES384},
    {"P-521", "secp521r1", 66, OKTA_ES512},
};

static const curve *curve_of(EVP_PKEY *pkey)
{
    char group[64] = "";

    EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group), NULL);
    for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
        if (strcmp(curves[i].group, group) == 0)
            return &curves[i];
    return NULL;
}

const okta_algorithm *okta_private_jwk_algorithm(EVP_PKEY *pkey)
{
    const curve *on = EVP_PKEY_is_a(pkey, "EC") ? curve_of(pkey) : NULL;

    if (EVP_PKEY_is_a(pkey, "RSA"))
        return okta_algorithm_by_id(OKTA_RS256);
    return on ? okta_algorithm_by_id(on->algorithm) : NULL;
}

/* width 0: as many bytes as it has. */
static bool write_number(json_t *jwk, const member *m, EVP_PKEY *pkey, size_t width)
{
    unsigned char bytes[NUMBER_MAX_BYTES];
    char text[OKTA_BASE64URL_ENCODED(NUMBER_MAX_BYTES) + 1];
    BIGNUM *number = NULL;
    int length;
    bool good = false;

    if (EVP_PKEY_get_bn_param(pkey, m->parameter, &number)) {
        length = width ? (int)width : BN_num_bytes(number);
        if (length <= NUMBER_MAX_BYTES && BN_bn2binpad(number, bytes, length) == length) {
            okta_base64url_encode(bytes, (size_t)length, text);
            good = json_object_set_new(jwk, m->name, json_string(text)) == 0;
        }
    }
    OPENSSL_cleanse(bytes, sizeof(bytes));
    OPENSSL_cleanse(text, sizeof(text));
    BN_clear_free(number);
    return good;
}

json_t *okta_private_jwk_write(EVP_PKEY *pkey, bool private)
{
    const curve *on = EVP_PKEY_is_a(pkey, "EC") ? curve_of(pkey) : NULL;
    json_t *jwk = json_pack("{s:s}", "kty", on ? "EC" : "RSA");
    bool good = jwk && (!on || json_object_set_new(jwk, "crv", json_string(on->name)) == 0);

    for (const member *m = on ? ec_members : rsa_members; good && m->name; m++)
        if (private || !m->private)
            good = write_number(jwk, m, pkey, on ? on->bytes : 0);
    if (good)
        return jwk;
    json_decref(jwk);
    return NULL;
}

/* A member as a number, for the caller to clear; NULL where it is none. */
static BIGNUM *read_number(const okta_value *jwk, const char *name)
{
    unsigned char bytes[NUMBER_MAX_BYTES];
    const char *text = okta_value_text(jwk, name);
    size_t length = text ? strlen(text) : 0;
    BIGNUM *number = NULL;

    if (length > 0 && OKTA_BASE64URL_DECODED(length) <= sizeof(bytes) &&
        okta_base64url_decode(text, length, bytes, &length))
        number = BN_bin2bn(bytes, (int)length, NULL);
    OPENSSL_cleanse(bytes, sizeof(bytes));
    return number;
}

static EVP_PKEY *make(const char *type, OSSL_PARAM_BLD *builder)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY *pkey = NULL;

    if (!context || !parameters || EVP_PKEY_fromdata_init(context) <= 0 ||
        EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_KEYPAIR, parameters) <= 0)
        pkey = NULL;
    OSSL_PARAM_free(parameters);
    EVP_PKEY_CTX_free(context);
    return pkey;
}

static EVP_PKEY *read_rsa(const okta_value *jwk)
{
    enum { COUNT = sizeof(rsa_members) / sizeof(rsa_members[0]) - 1 };
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    BIGNUM *numbers[COUNT] = {NULL};
    bool good = builder && !okta_value_member(jwk, "oth");
    EVP_PKEY *pkey;

    for (int i = 0; good && i < COUNT; i++) {
        numbers[i] = read_number(jwk, rsa_members[i].name);
        good = numbers[i] && OSSL_PARAM_BLD_push_BN(builder, rsa_members[i].parameter, numbers[i]);
    }
    pkey = good ? make("RSA", builder) : NULL;
    for (int i = 0; i < COUNT; i++)
        BN_clear_free(numbers[i]);
    OSSL_PARAM_BLD_free(builder);
    return pkey;
}

static EVP_PKEY *read_ec(const okta_value *jwk)
{
    const char *name = okta_value_text(jwk, "crv");
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    BIGNUM *x = read_number(jwk, "x"), *y = read_number(jwk, "y"), *d = read_number(jwk, "d");
    const curve *on = NULL;
    unsigned char point[1 + 2 * 66] = {POINT_CONVERSION_UNCOMPRESSED};
    EVP_PKEY *pkey = NULL;

    for (size_t i = 0; name && i < sizeof(curves) / sizeof(curves[0]); i++)
        if (strcmp(curves[i].name, name) == 0)
            on = &curves[i];
    if (on && builder && x && y && d && BN_bn2binpad(x, point + 1, (int)on->bytes) > 0 &&
        BN_bn2binpad(y, point + 1 + on->bytes, (int)on->bytes) > 0 &&
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, on->group, 0) &&
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point,
                                         1 + 2 * on->bytes) &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, d))
        pkey = make("EC", builder);
    BN_free(x);
    BN_free(y);
    BN_clear_free(d);
    OSSL_PARAM_BLD_free(builder);
    return pkey;
}

static void wipe(const okta_value *jwk, const member *members)
{
    for (const member *m = members; m->name; m++) {
        const char *text = m->private ? okta_value_text(jwk, m->name) : NULL;

        if (text)
            OPENSSL_cleanse((char *)(uintptr_t)text, strlen(text));
    }
}

EVP_PKEY *okta_private_jwk_read(const okta_value *jwk, okta_error *error)
{
    const char *type = okta_value_text(jwk, "kty");
    bool rsa = type && strcmp(type, "RSA") == 0;
    EVP_PKEY *pkey = NULL;

    if (okta_value_member(jwk, "keys"))
        okta_error_set(error, "it is a key set; give one private key");
    else if (!rsa && (!type || strcmp(type, "EC") != 0))
        okta_error_set(error, "its \"kty\" is not EC or RSA");
    else if (!okta_value_member(jwk, "d"))
        okta_error_set(error, "that is a public key; give the private one");
    else {
        pkey = rsa ? read_rsa(jwk) : read_ec(jwk);
        if (!pkey)
            okta_error_set(error, "a JWK that is no whole private key: EC has crv, x, y, d, and "
                                  "RSA has n, e, d, p, q, dp, dq, qi");
    }
    wipe(jwk, rsa_members);
    return pkey;
}
