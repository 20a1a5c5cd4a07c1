/* SPDX-License-Identifier: Apache-2.0 */
#include "core/assertion.h"
#include "core/reader.h"
#include "world.h"

#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#define CLIENT "0oa1"
#define ENDPOINT "https://a.okta.com/oauth2/default/v1/introspect"

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

static EVP_PKEY *loads(const char *pem, const okta_algorithm **algorithm, okta_error *error)
{
    error->text[0] = '\0';
    return okta_assertion_key(exact(pem, strlen(pem)), strlen(pem), algorithm, error);
}

rule(an_assertion_is_signed_by_the_key)
{
    static const char *const kids[] = {"rsa", "p256"}, *const names[] = {"RS256", "ES256"};

    for (size_t i = 0; i < COUNT_OF(kids); i++) {
        const okta_algorithm *algorithm;
        okta_error error;
        EVP_PKEY *key = loads(pem_of(world_key(kids[i]), NULL), &algorithm, &error);
        char *jwks = text("{\"keys\":[%s]}", mint_jwk(world_key(kids[i]), ""));
        okta_keyset *keys = okta_keyset_parse(jwks, strlen(jwks), NULL, NULL, NULL, NULL);
        char *one, *other;
        okta_result result;

        need(key, "%s: %s", kids[i], error.text);
        check(strcmp(algorithm->name, names[i]) == 0, "%s", algorithm->name);
        one = okta_assertion_make(key, algorithm, CLIENT, ENDPOINT, NOW);
        other = okta_assertion_make(key, algorithm, CLIENT, ENDPOINT, NOW);
        need(one && other, "%s", kids[i]);
        check(strcmp(one, other) != 0, "each has an id of its own");
        check(okta_verify_signature(OKTA_ALGORITHM_BIT(algorithm->id), keys, one, strlen(one), NULL,
                                    &result) == OKTA_OK,
              "%s: %s", kids[i], result.detail);
        okta_keyset_unref(keys);
        free(one);
        free(other);
        EVP_PKEY_free(key);
    }
}

rule(what_it_says)
{
    const okta_algorithm *algorithm;
    okta_error error;
    okta_result result;
    EVP_PKEY *key = loads(pem_of(world_key("p256"), NULL), &algorithm, &error);
    char *assertion = okta_assertion_make(key, algorithm, CLIENT, ENDPOINT, NOW);
    const okta_value *claims;
    okta_value *payload;
    okta_jws jws = {0};

    need(assertion, "made");
    need(okta_jws_split(&jws, assertion, strlen(assertion), &result) == OKTA_OK, "split");
    payload = okta_read_object((const char *)jws.payload, jws.payload_length, NULL);
    claims = payload;
    need(claims, "claims");
    check(strcmp(okta_value_text(claims, "iss"), CLIENT) == 0, "iss");
    check(strcmp(okta_value_text(claims, "sub"), CLIENT) == 0, "sub");
    check(strcmp(okta_value_text(claims, "aud"), ENDPOINT) == 0, "aud");
    check(strlen(okta_value_text(claims, "jti")) == 22, "jti");
    check(okta_value_member(claims, "exp")->as.integer == NOW + 60, "exp");
    check(okta_value_member(claims, "iat")->as.integer <= NOW, "iat");
    free(payload);
    free(assertion);
    okta_jws_clear(&jws);
    EVP_PKEY_free(key);
}

rule(keys_that_sign_no_assertion_are_refused)
{
    const struct {
        const char *pem, *words;
    } rows[] = {
        {"", "no private key"},
        {"secret\n", "no private key"},
        {pem_of(mint_generate("RSA:1024"), NULL), "2048"},
        {pem_of(mint_generate("P-384"), NULL), "P-256"},
        {pem_of(mint_generate("Ed25519"), NULL), "P-256"},
        {pem_of(world_key("p256"), EVP_aes_128_cbc()), "password"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const okta_algorithm *algorithm;
        okta_error error;

        check(!loads(rows[i].pem, &algorithm, &error), "row %zu", i);
        check(strstr(error.text, rows[i].words), "row %zu: %s", i, error.text);
    }
}
