/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/signer.h"

#include "core/base64url.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define must(condition) ((condition) ? (void)0 : broken(__LINE__))

static const char *const curves[] = {
    [OKTA_KEY_P256] = "P-256", [OKTA_KEY_P384] = "P-384", [OKTA_KEY_P521] = "P-521"};

static void broken(int line)
{
    fprintf(stderr, "okta-bench: signer.c:%d failed\n", line);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static bool is_ecdsa(const signer *s)
{
    return s->algorithm->key_kind != OKTA_KEY_RSA && s->algorithm->key_kind != OKTA_KEY_ED25519;
}

void signer_random_text(char *text, size_t length)
{
    unsigned char bytes[64];
    char encoded[OKTA_BASE64URL_ENCODED(sizeof(bytes)) + 1];

    must(length < sizeof(encoded) && RAND_bytes(bytes, sizeof(bytes)) == 1);
    okta_base64url_encode(bytes, sizeof(bytes), encoded);
    memcpy(text, encoded, length);
    text[length] = '\0';
}

signer signer_new(okta_algorithm_id id, int bits)
{
    signer s = {.algorithm = okta_algorithm_by_id(id)};

    if (s.algorithm->key_kind == OKTA_KEY_RSA)
        s.key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits);
    else if (s.algorithm->key_kind == OKTA_KEY_ED25519)
        s.key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    else
        s.key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", curves[s.algorithm->key_kind]);
    must(s.key);
    signer_random_text(s.kid, 43);
    return s;
}

void signer_clear(signer *s)
{
    EVP_PKEY_free(s->key);
    s->key = NULL;
}

static char *text_of(const unsigned char *bytes, size_t length)
{
    char *text = malloc(OKTA_BASE64URL_ENCODED(length) + 1);

    must(text);
    okta_base64url_encode(bytes, length, text);
    return text;
}

static char *number_text(const EVP_PKEY *key, const char *name, int size)
{
    unsigned char bytes[1024];
    BIGNUM *number = NULL;
    char *text;

    must(EVP_PKEY_get_bn_param(key, name, &number));
    if (size == 0)
        size = BN_num_bytes(number);
    must(size <= (int)sizeof(bytes) && BN_bn2binpad(number, bytes, size) == size);
    text = text_of(bytes, (size_t)size);
    BN_free(number);
    return text;
}

static char *rsa_members(const signer *s)
{
    char *n = number_text(s->key, OSSL_PKEY_PARAM_RSA_N, 0);
    char *e = number_text(s->key, OSSL_PKEY_PARAM_RSA_E, 0), *members;

    must(asprintf(&members, "\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"", n, e) > 0);
    free(n);
    free(e);
    return members;
}

static char *ec_members(const signer *s)
{
    int size = (int)s->algorithm->signature_bytes / 2;
    char *x = number_text(s->key, OSSL_PKEY_PARAM_EC_PUB_X, size);
    char *y = number_text(s->key, OSSL_PKEY_PARAM_EC_PUB_Y, size), *members;

    must(asprintf(&members, "\"kty\":\"EC\",\"crv\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"",
                  curves[s->algorithm->key_kind], x, y) > 0);
    free(x);
    free(y);
    return members;
}

static char *ed_members(const signer *s)
{
    unsigned char bytes[32];
    size_t length = sizeof(bytes);
    char *x, *members;

    must(EVP_PKEY_get_raw_public_key(s->key, bytes, &length));
    x = text_of(bytes, length);
    must(asprintf(&members, "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"", x) > 0);
    free(x);
    return members;
}

char *signer_jwk(const signer *s)
{
    char *members = s->algorithm->key_kind == OKTA_KEY_RSA       ? rsa_members(s)
                    : s->algorithm->key_kind == OKTA_KEY_ED25519 ? ed_members(s)
                                                                 : ec_members(s);
    char *jwk;

    must(asprintf(&jwk, "{%s,\"alg\":\"%s\",\"kid\":\"%s\",\"use\":\"sig\"}", members,
                  s->algorithm->name, s->kid) > 0);
    free(members);
    return jwk;
}

char *signer_filler_jwk(void)
{
    unsigned char n[256];
    char kid[44], *text, *jwk;

    must(RAND_bytes(n, sizeof(n)) == 1);
    n[0] |= 0x80;
    n[sizeof(n) - 1] |= 1;
    signer_random_text(kid, 43);
    text = text_of(n, sizeof(n));
    must(asprintf(&jwk,
                  "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\",\"alg\":\"RS256\",\"kid\":\"%s\","
                  "\"use\":\"sig\"}",
                  text, kid) > 0);
    free(text);
    return jwk;
}

static bool set_padding(const signer *s, EVP_PKEY_CTX *parameters)
{
    return !s->algorithm->pss ||
           (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) > 0 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) > 0);
}

unsigned char *signer_sign(const signer *s, const void *data, size_t data_length, size_t *length)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *parameters = NULL;
    unsigned char *signature;

    must(context && EVP_DigestSignInit_ex(context, &parameters, s->algorithm->digest, NULL, NULL,
                                          s->key, NULL) == 1);
    must(set_padding(s, parameters));
    must(EVP_DigestSign(context, NULL, length, data, data_length) == 1);
    signature = malloc(*length);
    must(signature && EVP_DigestSign(context, signature, length, data, data_length) == 1);
    EVP_MD_CTX_free(context);
    return signature;
}

EVP_MD_CTX *signer_verification(const signer *s)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *parameters = NULL;

    must(context && EVP_DigestVerifyInit_ex(context, &parameters, s->algorithm->digest, NULL, NULL,
                                            s->key, NULL) == 1);
    must(set_padding(s, parameters));
    return context;
}

/* RFC 7518 section 3.4: R and S, each as long as the field. */
static void ecdsa_to_jose(const signer *s, unsigned char *signature, size_t *length)
{
    const unsigned char *from = signature;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &from, (long)*length);
    int half = (int)s->algorithm->signature_bytes / 2;
    unsigned char jose[132];

    must(pair && BN_bn2binpad(ECDSA_SIG_get0_r(pair), jose, half) == half &&
         BN_bn2binpad(ECDSA_SIG_get0_s(pair), jose + half, half) == half);
    *length = s->algorithm->signature_bytes;
    memcpy(signature, jose, *length);
    ECDSA_SIG_free(pair);
}

char *signer_compact(const signer *s, const char *header, const char *payload)
{
    size_t length, room;
    unsigned char *signature;
    char *token, *to;

    room = OKTA_BASE64URL_ENCODED(strlen(header)) + OKTA_BASE64URL_ENCODED(strlen(payload)) + 2048;
    token = malloc(room);
    must(token);
    okta_base64url_encode((const unsigned char *)header, strlen(header), token);
    to = token + strlen(token);
    *to++ = '.';
    okta_base64url_encode((const unsigned char *)payload, strlen(payload), to);
    signature = signer_sign(s, token, strlen(token), &length);
    if (is_ecdsa(s))
        ecdsa_to_jose(s, signature, &length);
    to += strlen(to);
    *to++ = '.';
    okta_base64url_encode(signature, length, to);
    free(signature);
    return token;
}

char *signer_token(const signer *s, const char *payload)
{
    char *header, *token;

    must(asprintf(&header, "{\"kid\":\"%s\",\"alg\":\"%s\"}", s->kid, s->algorithm->name) > 0);
    token = signer_compact(s, header, payload);
    free(header);
    return token;
}
