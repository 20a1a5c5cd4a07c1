/* SPDX-License-Identifier: Apache-2.0 */
#include "core/assertion.h"
#include "core/private_jwk.h"
#include "core/reader.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

#define CLIENT "0oa1"
#define ENDPOINT "https://a.okta.com/oauth2/default/v1/introspect"

int __real_RAND_bytes(unsigned char *bytes, int count);
int __wrap_RAND_bytes(unsigned char *bytes, int count);

static bool chance_fails;
static int chance; /* bytes, the last time */

int __wrap_RAND_bytes(unsigned char *bytes, int count)
{
    chance = count;
    return chance_fails ? 0 : __real_RAND_bytes(bytes, count);
}

/* Borrowed from the world. */
static okta_client_key key_of(const char *name, char *kid)
{
    EVP_PKEY *pkey = world_key(name);

    return (okta_client_key){pkey, okta_private_jwk_algorithm(pkey), kid};
}

rule(an_assertion_is_signed_by_the_key)
{
    static const char *const names[] = {"rsa", "p256"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const okta_client_key key = key_of(names[i], NULL);
        char *jwks = text("{\"keys\":[%s]}", mint_jwk(key.pkey, ""));
        okta_keyset *keys = okta_keyset_parse(jwks, strlen(jwks), NULL, NULL, NULL, NULL);
        char *one, *other;
        okta_result result;

        one = okta_assertion_make(&key, CLIENT, ENDPOINT, NOW);
        other = okta_assertion_make(&key, CLIENT, ENDPOINT, NOW);
        need(one && other, "%s", names[i]);
        check(strcmp(one, other) != 0, "each has an id of its own");
        check(okta_verify_signature(OKTA_ALGORITHM_BIT(key.algorithm->id), keys, one, strlen(one),
                                    NULL, &result) == OKTA_OK,
              "%s: %s", names[i], result.detail);
        okta_keyset_unref(keys);
        free(one);
        free(other);
    }
}

rule(without_chance_there_is_none)
{
    const okta_client_key key = key_of("p256", NULL);
    char *assertion;

    chance_fails = true;
    assertion = okta_assertion_make(&key, CLIENT, ENDPOINT, NOW);
    check(!assertion, "%s", assertion);
    free(assertion);
    chance_fails = false;
}

rule(the_header_names_the_key_where_its_kid_is_known)
{
    static char kid[] = "k\"1";

    for (int named = 0; named < 2; named++) {
        const okta_client_key key = key_of("rsa", named ? kid : NULL);
        char *assertion = okta_assertion_make(&key, CLIENT, ENDPOINT, NOW);
        okta_value *header;
        okta_result result;
        okta_jws jws = {0};

        need(assertion, "made");
        need(okta_jws_split(&jws, assertion, strlen(assertion), &result) == OKTA_OK, "split");
        header = okta_read_object((const char *)jws.header_text, jws.header_length, NULL);
        need(header, "header");
        check(strcmp(okta_value_text(header, "alg"), "RS256") == 0, "alg");
        check(strcmp(okta_value_text(header, "typ"), "JWT") == 0, "typ");
        check(header->length == (named ? 3 : 2), "%u members", header->length);
        check(!named || strcmp(okta_value_text(header, "kid"), kid) == 0, "kid");
        free(header);
        free(assertion);
        okta_jws_clear(&jws);
    }
}

rule(what_it_says)
{
    const okta_client_key key = key_of("p256", NULL);
    okta_result result;
    char *assertion = okta_assertion_make(&key, CLIENT, ENDPOINT, NOW);
    const okta_value *claims;
    okta_value *payload;
    okta_jws jws = {0};

    need(assertion, "made");
    need(okta_jws_split(&jws, assertion, strlen(assertion), &result) == OKTA_OK, "split");
    payload = okta_read_object((const char *)jws.header_text, jws.header_length, NULL);
    need(payload, "header");
    check(strcmp(okta_value_text(payload, "alg"), "ES256") == 0, "alg");
    check(strcmp(okta_value_text(payload, "typ"), "JWT") == 0 && payload->length == 2, "typ");
    free(payload);
    payload = okta_read_object((const char *)jws.payload, jws.payload_length, NULL);
    claims = payload;
    need(claims, "claims");
    check(strcmp(okta_value_text(claims, "iss"), CLIENT) == 0, "iss");
    check(strcmp(okta_value_text(claims, "sub"), CLIENT) == 0, "sub");
    check(strcmp(okta_value_text(claims, "aud"), ENDPOINT) == 0, "aud");
    check(strlen(okta_value_text(claims, "jti")) == 22 && chance == 16, "jti: %d bytes", chance);
    check(okta_value_member(claims, "exp")->as.integer == NOW + 60, "exp");
    check(okta_value_member(claims, "iat")->as.integer <= NOW, "iat");
    free(payload);
    free(assertion);
    okta_jws_clear(&jws);
}
