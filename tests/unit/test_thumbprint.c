/* SPDX-License-Identifier: Apache-2.0 */
#include "core/thumbprint.h"
#include "world.h"

#include <string.h>

static char *thumbprint_of(const char *jwk)
{
    okta_error error = {""};
    okta_key *key = load_key(jwk, &error);
    char made[OKTA_THUMBPRINT_LENGTH + 1] = "";

    need(key, "%s: %s", error.text, jwk);
    check(okta_thumbprint(key, made) && strlen(made) == OKTA_THUMBPRINT_LENGTH, "\"%s\"", made);
    okta_key_free(key);
    return text("%s", made);
}

static const char rfc_n[] =
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPe"
    "bWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY36"
    "8QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4l"
    "Fd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

rule(the_example_of_rfc_7638_section_3_1)
{
    const char *made = thumbprint_of(text(
        "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\",\"alg\":\"RS256\",\"kid\":\"2011-04-29\"}",
        rfc_n));

    check(strcmp(made, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs") == 0, "%s", made);
}

rule(the_example_of_rfc_8037_appendix_a_3)
{
    const char *made = thumbprint_of(mint_jwk(mint_from_vector("rfc8037-a"), ""));

    check(strcmp(made, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k") == 0, "%s", made);
}

rule(each_kind_of_key_has_its_canonical_form)
{
    static const char *const kinds[] = {"RSA:2048", "RSA:2055", "RSA:3072", "P-256",
                                        "P-384",    "P-521",    "Ed25519"};

    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        EVP_PKEY *key = mint_generate(kinds[i]);
        const char *made = thumbprint_of(mint_jwk(key, ""));

        check(strcmp(made, mint_thumbprint(key)) == 0, "%s: %s", kinds[i], made);
    }
}

rule(the_largest_key_fits)
{
    unsigned char *n = keep(malloc(1024));
    const char *e = "__________8";
    char *members;

    memset(n, 0xa5, 1024);
    members = text("{\"e\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\"}", e, mint_encode(n, 1024));
    check(strcmp(thumbprint_of(members), mint_hash(members)) == 0, "8192 bits");
}

rule(only_the_numbers_count)
{
    const char *plain = thumbprint_of(text("{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\"}", rfc_n));
    const char *rows[] = {
        text("{\"e\":\"AQAB\",\"n\":\"%s\",\"kty\":\"RSA\"}", rfc_n),
        text("{ \"k\\u0074y\" : \"RSA\" , \"n\" : \"%s\", \"e\":\"AQA\\u0042\"}", rfc_n),
        text("{\"kty\":\"RSA\",\"n\":\"AAAA%s\",\"e\":\"AQAB\"}", rfc_n),
        text("{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AAAAAQAB\"}", rfc_n),
        text("{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\",\"use\":\"sig\",\"x\":{}}", rfc_n),
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(strcmp(thumbprint_of(rows[i]), plain) == 0, "row %zu", i);
    check(strcmp(thumbprint_of(text("{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"Aw\"}", rfc_n)),
                 plain) != 0,
          "another exponent");
}
