/* SPDX-License-Identifier: Apache-2.0 */
#include "core/client_key.h"
#include "core/private_jwk.h"
#include "sealing.h"
#include "world.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

static char *pem_of(EVP_PKEY *key, const EVP_CIPHER *cipher)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *bytes, *copy;
    long length;

    need(PEM_write_bio_PKCS8PrivateKey(bio, key, cipher, cipher ? "secret" : NULL, cipher ? 6 : 0,
                                       NULL, NULL),
         "PEM");
    length = BIO_get_mem_data(bio, &bytes);
    copy = text("%.*s", (int)length, bytes);
    BIO_free(bio);
    return copy;
}

/* The private JWK with `more` at its end, and without a member where one is named. */
static char *jwk_with(EVP_PKEY *key, const char *without, const char *more)
{
    json_t *jwk = okta_private_jwk_write(key, true);
    char *bytes, *copy;

    need(jwk, "JWK");
    if (without)
        json_object_del(jwk, without);
    bytes = json_dumps(jwk, JSON_COMPACT);
    need(bytes, "JWK");
    copy = text("%.*s%s}", (int)strlen(bytes) - 1, bytes, more);
    free(bytes);
    json_decref(jwk);
    return copy;
}

static char *jwk_of(const char *kid, const char *more)
{
    return jwk_with(world_key(kid), NULL, more);
}

static bool reads(const char *bytes, okta_client_key *key, okta_error *error)
{
    bool good;

    error->text[0] = '\0';
    good = okta_client_key_read(exact(bytes, strlen(bytes)), strlen(bytes), key, error);
    check(ERR_peek_error() == 0, "errors were left behind: %s", error->text);
    return good;
}

rule(a_key_of_pem_or_jwk)
{
    const struct {
        const char *bytes, *algorithm, *kid;
        EVP_PKEY *pkey;
    } rows[] = {
        {pem_of(world_key("rsa"), NULL), "RS256", NULL, world_key("rsa")},
        {pem_of(world_key("p256"), NULL), "ES256", NULL, world_key("p256")},
        {jwk_of("rsa", ""), "RS256", NULL, world_key("rsa")},
        {sealing_jwk(world_key("rsa"), ""), "RS256", NULL, world_key("rsa")},
        {jwk_of("p256", ",\"kid\":null,\"alg\":null,\"use\":null,\"key_ops\":null"), "ES256", NULL,
         world_key("p256")},
        {jwk_of("rsa", ",\"kid\":\"k1\",\"use\":\"sig\",\"alg\":\"RS256\",\"status\":\"ACTIVE\""),
         "RS256", "k1", world_key("rsa")},
        {jwk_of("p256", ",\"kid\":\"k\\u00e9y\",\"alg\":\"ES256\",\"key_ops\":[\"sign\"]"), "ES256",
         "k\xc3\xa9y", world_key("p256")},
        {text("\xef\xbb\xbf\r\n %s\n", jwk_of("p256", ",\"kid\":\"k2\"")), "ES256", "k2",
         world_key("p256")},
        {jwk_of("p256", text(",\"kid\":\"%s\"", repeat("k", 512))), "ES256", repeat("k", 512),
         world_key("p256")},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_client_key key;
        okta_error error;

        need(reads(rows[i].bytes, &key, &error), "row %zu: %s", i, error.text);
        check(strcmp(key.algorithm->name, rows[i].algorithm) == 0, "row %zu", i);
        check(rows[i].kid ? key.kid && strcmp(key.kid, rows[i].kid) == 0 : !key.kid, "row %zu: %s",
              i, key.kid ? key.kid : "none");
        check(EVP_PKEY_eq(key.pkey, rows[i].pkey) == 1, "row %zu: another key", i);
        okta_client_key_clear(&key);
        check(!key.pkey && !key.kid && !key.algorithm, "row %zu: not empty", i);
    }
}

/* d of one key beside the numbers of another one. */
static char *mixed(void)
{
    json_t *one = okta_private_jwk_write(world_key("p256"), true);
    json_t *other = okta_private_jwk_write(mint_generate("P-256"), true);
    char *bytes, *copy;

    json_object_set(one, "d", json_object_get(other, "d"));
    bytes = json_dumps(one, 0);
    copy = text("%s", bytes);
    free(bytes);
    json_decref(one);
    json_decref(other);
    return copy;
}

/* Of a good key beside a modulus of that many bytes. */
static char *with_modulus(size_t bytes)
{
    char *modulus = repeat("\xff", bytes);

    return jwk_with(world_key("rsa"), "n", text(",\"n\":\"%s\"", mint_encode(modulus, bytes)));
}

rule(keys_that_sign_no_assertion_are_refused)
{
    const struct {
        const char *bytes, *words;
    } rows[] = {
        {"", "no private key"},
        {"secret\n", "no private key"},
        {pem_of(mint_generate("RSA:1024"), NULL), "2048"},
        {pem_of(mint_generate("P-384"), NULL), "P-256"},
        {pem_of(mint_generate("Ed25519"), NULL), "P-256"},
        {pem_of(world_key("p256"), EVP_aes_128_cbc()), "password"},
        {"\xef\xbb\xbd{", "no private key"}, /* nearly a byte order mark */
        {"\xef\xbb\xbf", "no private key"},
        {"\xef\xbb", "no private key"},
        {"{", "line 1"},
        {"{}", "not EC or RSA"},
        {"{\"keys\":[]}", "key set"},
        {mint_jwk(world_key("p256"), ""), "public key"},
        {jwk_with(world_key("rsa"), "p", ""), "no whole private key"},
        {jwk_with(world_key("p256"), "y", ""), "no whole private key"},
        {jwk_of("rsa", ",\"oth\":[]"), "no whole private key"}, /* of more than two primes */
        {jwk_with(mint_generate("RSA:1024"), NULL, ""), "2048"},
        {jwk_with(mint_generate("P-384"), NULL, ",\"kid\":\"k\""), "P-256"},
        {jwk_of("p256", ",\"kid\":7"), "\"kid\""},
        {jwk_of("p256", ",\"kid\":\"\""), "\"kid\""},
        {jwk_of("p256", text(",\"kid\":\"%s\"", repeat("k", 513))), "\"kid\""},
        {jwk_of("p256", ",\"kid\":\"k\",\"kid\":\"k\""), "duplicate"},
        {jwk_of("p256", ",\"use\":\"enc\""), "\"use\""},
        {jwk_of("p256", ",\"use\":[\"sig\"]"), "\"use\""},
        {jwk_of("p256", ",\"key_ops\":[\"verify\"]"), "\"key_ops\""},
        {jwk_of("p256", ",\"key_ops\":\"sign\""), "\"key_ops\""},
        {jwk_of("p256", ",\"alg\":\"ES384\""), "ES256"},
        {jwk_of("rsa", ",\"alg\":\"RS512\""), "RS256"},
        {jwk_of("rsa", ",\"alg\":[\"RS256\"]"), "RS256"},
        {mixed(), "belong together"},
        {with_modulus(1024), "belong together"},
        {with_modulus(1025), "no whole private key"}, /* larger than OpenSSL verifies */
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_client_key key;
        okta_error error;

        check(!reads(rows[i].bytes, &key, &error), "row %zu", i);
        check(strstr(error.text, rows[i].words), "row %zu: %s", i, error.text);
        check(!key.pkey && !key.kid && !key.algorithm, "row %zu: not empty", i);
    }
}
