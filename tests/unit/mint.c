/* SPDX-License-Identifier: Apache-2.0 */
#include "mint.h"

#include "unit.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#define must(condition) ((condition) ? (void)0 : broken(__LINE__))

static EVP_PKEY *keys[64];
static size_t key_count;

static void broken(int line)
{
    print_error("# mint.c:%d failed\n", line);
    ERR_print_errors_fp(stderr);
    abort();
}

static EVP_PKEY *kept_key(EVP_PKEY *key)
{
    must(key && key_count < COUNT_OF(keys));
    return keys[key_count++] = key;
}

__attribute__((destructor)) static void release_keys(void)
{
    while (key_count)
        EVP_PKEY_free(keys[--key_count]);
}

EVP_PKEY *mint_generate(const char *kind)
{
    if (strncmp(kind, "RSA:", 4) == 0)
        return kept_key(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)atoi(kind + 4)));
    if (strcmp(kind, "Ed25519") == 0)
        return kept_key(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
    return kept_key(EVP_PKEY_Q_keygen(NULL, NULL, "EC", kind));
}

static unsigned char *decoded(const json_t *jwk, const char *name, size_t *length)
{
    const char *from = json_string_value(json_object_get(jwk, name));
    size_t size = from ? strlen(from) : 0;
    char *padded = keep(calloc(1, size + 5));
    unsigned char *bytes = keep(malloc(size + 5));

    must(from);
    for (size_t i = 0; i < size; i++)
        padded[i] = from[i] == '-' ? '+' : from[i] == '_' ? '/' : from[i];
    memcpy(padded + size, "====", (4 - size % 4) % 4);
    must(EVP_DecodeBlock(bytes, (unsigned char *)padded, (int)strlen(padded)) >= 0);
    *length = size * 3 / 4;
    return bytes;
}

static void push(OSSL_PARAM_BLD *builder, const json_t *jwk, const char *member, const char *name,
                 BIGNUM **numbers)
{
    size_t length;
    unsigned char *bytes = decoded(jwk, member, &length);

    while (*numbers)
        numbers++;
    *numbers = BN_bin2bn(bytes, (int)length, NULL);
    must(OSSL_PARAM_BLD_push_BN(builder, name, *numbers));
}

static EVP_PKEY *built(const char *type, OSSL_PARAM_BLD *builder, BIGNUM **numbers)
{
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *key = NULL;

    must(EVP_PKEY_fromdata_init(context) > 0);
    must(EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params) > 0);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    for (; *numbers; numbers++)
        BN_free(*numbers);
    return kept_key(key);
}

static EVP_PKEY *rsa_key(const json_t *jwk)
{
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    BIGNUM *numbers[9] = {NULL};

    push(builder, jwk, "n", OSSL_PKEY_PARAM_RSA_N, numbers);
    push(builder, jwk, "e", OSSL_PKEY_PARAM_RSA_E, numbers);
    push(builder, jwk, "d", OSSL_PKEY_PARAM_RSA_D, numbers);
    push(builder, jwk, "p", OSSL_PKEY_PARAM_RSA_FACTOR1, numbers);
    push(builder, jwk, "q", OSSL_PKEY_PARAM_RSA_FACTOR2, numbers);
    push(builder, jwk, "dp", OSSL_PKEY_PARAM_RSA_EXPONENT1, numbers);
    push(builder, jwk, "dq", OSSL_PKEY_PARAM_RSA_EXPONENT2, numbers);
    push(builder, jwk, "qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1, numbers);
    return built("RSA", builder, numbers);
}

static EVP_PKEY *ec_key(const json_t *jwk)
{
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    BIGNUM *numbers[2] = {NULL};
    size_t x_length, y_length;
    unsigned char *x = decoded(jwk, "x", &x_length), *y = decoded(jwk, "y", &y_length);
    unsigned char *point = keep(malloc(1 + x_length + y_length));

    point[0] = POINT_CONVERSION_UNCOMPRESSED;
    memcpy(point + 1, x, x_length);
    memcpy(point + 1 + x_length, y, y_length);
    must(OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME,
                                         json_string_value(json_object_get(jwk, "crv")), 0));
    must(OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point,
                                          1 + x_length + y_length));
    push(builder, jwk, "d", OSSL_PKEY_PARAM_PRIV_KEY, numbers);
    return built("EC", builder, numbers);
}

EVP_PKEY *mint_from_vector(const char *name)
{
    size_t length;
    char *content = read_file(text("tests/vectors/%s.json", name), &length);
    json_t *vector = json_loadb(content, length, 0, NULL);
    const json_t *jwk = json_array_get(json_object_get(vector, "keys"), 0);
    const char *type = json_string_value(json_object_get(jwk, "kty"));
    EVP_PKEY *key;

    must(type);
    if (strcmp(type, "RSA") == 0) {
        key = rsa_key(jwk);
    } else if (strcmp(type, "EC") == 0) {
        key = ec_key(jwk);
    } else {
        unsigned char *bytes = decoded(jwk, "d", &length);
        key = kept_key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, bytes, length));
    }
    json_decref(vector);
    return key;
}

char *mint_encode(const void *bytes, size_t length)
{
    char *encoded = keep(malloc(length * 4 / 3 + 5));
    int end = EVP_EncodeBlock((unsigned char *)encoded, bytes, (int)length);

    while (end > 0 && encoded[end - 1] == '=')
        end--;
    encoded[end] = '\0';
    for (char *p = encoded; *p; p++)
        *p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
    return encoded;
}

static char *encoded_number(EVP_PKEY *key, const char *name, int size)
{
    BIGNUM *number = NULL;
    unsigned char bytes[2048];

    must(EVP_PKEY_get_bn_param(key, name, &number));
    size = size ? size : BN_num_bytes(number);
    must(BN_bn2binpad(number, bytes, size) == size);
    BN_free(number);
    return mint_encode(bytes, (size_t)size);
}

char *mint_jwk(EVP_PKEY *key, const char *members)
{
    int bits = EVP_PKEY_get_bits(key), size = (bits + 7) / 8;

    if (EVP_PKEY_is_a(key, "RSA"))
        return text("{%s\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}", members,
                    encoded_number(key, OSSL_PKEY_PARAM_RSA_N, 0),
                    encoded_number(key, OSSL_PKEY_PARAM_RSA_E, 0));
    if (EVP_PKEY_is_a(key, "EC"))
        return text("{%s\"kty\":\"EC\",\"crv\":\"P-%d\",\"x\":\"%s\",\"y\":\"%s\"}", members, bits,
                    encoded_number(key, OSSL_PKEY_PARAM_EC_PUB_X, size),
                    encoded_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, size));
    unsigned char x[32];
    size_t length = sizeof(x);

    must(EVP_PKEY_get_raw_public_key(key, x, &length));
    return text("{%s\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"}", members,
                mint_encode(x, length));
}

char *mint_hash(const char *content)
{
    unsigned char digest[32];

    must(EVP_Digest(content, strlen(content), digest, NULL, EVP_sha256(), NULL));
    return mint_encode(digest, sizeof(digest));
}

char *mint_thumbprint(EVP_PKEY *key)
{
    json_t *jwk = json_loads(mint_jwk(key, ""), 0, NULL);
    char *canonical = keep(json_dumps(jwk, JSON_COMPACT | JSON_SORT_KEYS));

    json_decref(jwk);
    return mint_hash(canonical);
}

/* DER to R and S side by side, each as long as the field. */
static unsigned char *flat(EVP_PKEY *key, const unsigned char *der, size_t *length)
{
    int size = (EVP_PKEY_get_bits(key) + 7) / 8;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)*length);
    unsigned char *bytes = keep(malloc(2 * (size_t)size));

    must(BN_bn2binpad(ECDSA_SIG_get0_r(pair), bytes, size) == size);
    must(BN_bn2binpad(ECDSA_SIG_get0_s(pair), bytes + size, size) == size);
    ECDSA_SIG_free(pair);
    *length = 2 * (size_t)size;
    return bytes;
}

static unsigned char *signature_by(EVP_PKEY *key, const char *digest, bool pss, int salt,
                                   const void *data, size_t data_length, size_t *length)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *parameters;
    unsigned char *bytes;

    must(EVP_DigestSignInit_ex(context, &parameters, digest, NULL, NULL, key, NULL) > 0);
    if (pss) {
        must(EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) > 0);
        must(EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, salt) > 0);
    }
    must(EVP_DigestSign(context, NULL, length, data, data_length) > 0);
    bytes = keep(malloc(*length));
    must(EVP_DigestSign(context, bytes, length, data, data_length) > 0);
    EVP_MD_CTX_free(context);
    return EVP_PKEY_is_a(key, "EC") ? flat(key, bytes, length) : bytes;
}

unsigned char *mint_sign(EVP_PKEY *key, const char *alg, const void *data, size_t data_length,
                         size_t *length)
{
    if (strcmp(alg, "EdDSA") == 0)
        return signature_by(key, NULL, false, 0, data, data_length, length);
    return signature_by(key, text("SHA%s", alg + 2), alg[0] == 'P', RSA_PSS_SALTLEN_DIGEST, data,
                        data_length, length);
}

unsigned char *mint_sign_salted(EVP_PKEY *key, const char *digest, int salt, const void *data,
                                size_t data_length, size_t *length)
{
    return signature_by(key, digest, true, salt, data, data_length, length);
}

unsigned char *mint_hmac(const char *digest, const void *secret, size_t secret_length,
                         const void *data, size_t data_length, size_t *length)
{
    unsigned char *bytes = keep(malloc(EVP_MAX_MD_SIZE));

    must(EVP_Q_mac(NULL, "HMAC", NULL, digest, NULL, secret, secret_length, data, data_length,
                   bytes, EVP_MAX_MD_SIZE, length));
    return bytes;
}

char *mint_input(const char *header, const char *payload)
{
    return text("%s.%s", mint_encode(header, strlen(header)),
                mint_encode(payload, strlen(payload)));
}

char *mint_compact(const char *header, const char *payload, const void *signature, size_t length)
{
    return text("%s.%s", mint_input(header, payload), mint_encode(signature, length));
}

char *mint_token(EVP_PKEY *key, const char *alg, const char *header, const char *payload)
{
    char *input = mint_input(header, payload);
    size_t length;
    unsigned char *signature = mint_sign(key, alg, input, strlen(input), &length);

    return text("%s.%s", input, mint_encode(signature, length));
}
