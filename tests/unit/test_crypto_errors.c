/* SPDX-License-Identifier: Apache-2.0 */
#include "core/key.h"
#include "world.h"

#include <openssl/err.h>
#include <string.h>

static const char data[] = "what is signed";
#define DATA ((const unsigned char *)data), sizeof(data)

static okta_signature_verdict verify(const okta_key *key, const char *alg,
                                     const unsigned char *signature, size_t length)
{
    return okta_key_verify(key, okta_algorithm_by_name(alg, strlen(alg)), DATA,
                           (const unsigned char *)exact((const char *)signature, length), length);
}

rule(openssls_error_queue_stays_as_it_was)
{
    okta_key *rsa = load_key(mint_jwk(world_key("rsa"), ""), NULL);
    okta_key *p256 = load_key(mint_jwk(world_key("p256"), ""), NULL);
    unsigned char junk[256];

    memset(junk, 0x7f, sizeof(junk));
    ERR_clear_error();
    verify(rsa, "RS256", junk, sizeof(junk));
    verify(p256, "ES256", junk, 64);
    load_key(
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
        "\"y\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"}",
        NULL);
    check(ERR_peek_error() == 0, "errors were left behind");
    ERR_raise(ERR_LIB_USER, 42);
    verify(rsa, "RS256", junk, sizeof(junk));
    verify(rsa, "PS512", junk, sizeof(junk));
    verify(p256, "ES256", junk, 64);
    check(ERR_GET_REASON(ERR_peek_error()) == 42, "an error of somebody else's was lost");
    ERR_get_error();
    check(ERR_peek_error() == 0, "errors were left behind");
    okta_key_free(rsa);
    okta_key_free(p256);
}

rule(an_old_error_of_somebody_elses_is_not_taken_for_ours)
{
    static const struct {
        const char *alg, *kid;
    } fine[] = {{"RS256", "rsa"}, {"ES256", "p256"}, {"EdDSA", "ed"}};

    for (size_t i = 0; i < COUNT_OF(fine); i++) {
        okta_key *key = load_key(mint_jwk(world_key(fine[i].kid), ""), NULL);
        size_t length;
        unsigned char *signature =
            mint_sign(world_key(fine[i].kid), fine[i].alg, data, sizeof(data), &length);
        okta_error error = {""};

        signature[7] ^= 1;
        ERR_clear_error();
        ERR_raise(ERR_LIB_USER, ERR_R_MALLOC_FAILURE);
        check(verify(key, fine[i].alg, signature, length) == OKTA_SIGNATURE_BAD,
              "%s: a bad signature was taken for lack of memory", fine[i].alg);
        check(!load_key("{\"kty\":\"oct\",\"k\":\"AA\"}", &error) &&
                  strstr(error.text, "symmetric"),
              "a key of no use was put down to %s", error.text);
        check(ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE, "the error is gone");
        ERR_clear_error();
        okta_key_free(key);
    }
}
