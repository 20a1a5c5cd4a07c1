/* SPDX-License-Identifier: Apache-2.0 */
#include "core/jwk.h"
#include "core/reader.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

static bool reads(const char *text, okta_jwk *jwk, okta_error *error)
{
    okta_value *value = okta_read_object(text, strlen(text), NULL);
    bool good;

    need(value, "%s", text);
    memset(jwk, 0xff, sizeof(*jwk));
    good = okta_jwk_read(value, jwk, error);
    free(value);
    return good;
}

/* Whatever the caller's memory held before. */
rule(what_is_not_said_is_absent)
{
    okta_error error = {""};
    okta_jwk jwk;

    check(reads(mint_jwk(world_key("rsa"), ""), &jwk, &error), "%s", error.text);
    check(jwk.pkey && jwk.kind == OKTA_KEY_RSA && !jwk.only, "an RSA key serves all of its kind");
    check(jwk.modulus_bytes == (size_t)EVP_PKEY_get_size(jwk.pkey), "%zu", jwk.modulus_bytes);
    EVP_PKEY_free(jwk.pkey);
}

rule(nothing_is_left_of_what_is_refused)
{
    static const char *const refused[] = {"{}", "{\"kty\":\"oct\",\"k\":\"AAAA\"}",
                                          "{\"kty\":\"RSA\",\"use\":\"enc\"}",
                                          "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}"};

    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        okta_error error = {""};
        okta_jwk jwk;

        check(!reads(refused[i], &jwk, &error) && error.text[0], "%s", refused[i]);
        check(!jwk.pkey && !jwk.only, "%s", refused[i]);
    }
}
