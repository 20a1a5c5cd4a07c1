/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdlib.h>
#include <string.h>

/* Keys of Ed25519 that OpenSSL takes, and that prove nothing. */

static okta_key *key_of(const unsigned char x[32], okta_error *error)
{
    return load_key(text("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"}", mint_encode(x, 32)),
                    error);
}

static void expect_refused(const unsigned char x[32], const char *cause, const char *row)
{
    okta_error error = {""};
    okta_key *key = key_of(x, &error);

    check(!key && strstr(error.text, cause), "%s: %s", row, key ? "taken" : error.text);
    okta_key_free(key);
}

static const unsigned char order_8[][32] = {
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
};

/* Bytes of y: `first`, then `rest`, and `end`. */
static void fill(unsigned char y[32], unsigned char first, unsigned char rest, unsigned char end)
{
    memset(y, rest, 32);
    y[0] = first;
    y[31] = end;
}

rule(points_of_small_order_are_refused)
{
    unsigned char y[32];

    for (unsigned int sign = 0; sign < 2; sign++) {
        unsigned char bit = (unsigned char)(sign << 7);

        fill(y, 0, 0, bit);
        expect_refused(y, "small order", "y = 0");
        fill(y, 1, 0, bit);
        expect_refused(y, "small order", "y = 1");
        fill(y, 0xec, 0xff, 0x7f | bit);
        expect_refused(y, "small order", "y = -1");
        for (size_t i = 0; i < COUNT_OF(order_8); i++) {
            memcpy(y, order_8[i], sizeof(y));
            y[31] |= bit;
            expect_refused(y, "small order", "order 8");
        }
    }
}

rule(a_point_has_one_spelling)
{
    unsigned char y[32];

    for (unsigned int first = 0xed; first <= 0xff; first++)
        for (unsigned int sign = 0; sign < 2; sign++) {
            fill(y, (unsigned char)first, 0xff, (unsigned char)(0x7f | sign << 7));
            expect_refused(y, "spelling", text("y = p + %u", first - 0xed));
        }
}

rule(what_merely_looks_like_them_is_taken)
{
    EVP_PKEY *pair = mint_generate("Ed25519");
    unsigned char y[32];
    size_t length = sizeof(y);
    okta_error error = {""};
    okta_key *key;

    need(EVP_PKEY_get_raw_public_key(pair, y, &length), "a key");
    key = key_of(y, &error);
    check(key, "%s", error.text);
    okta_key_free(key);
    fill(y, 0xff, 0xff, 0x7f);
    y[1] = 0xfe; /* below p */
    key = key_of(y, &error);
    check(key, "%s", error.text);
    okta_key_free(key);
}

/* R = [S]B with R the identity and S 0 fits every message by the identity. */
rule(a_key_set_with_one_of_them_lets_nobody_in)
{
    unsigned char identity[32] = {1}, signature[64] = {1};
    okta_error error = {""};
    char *jwks =
        text("{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"ed\",\"x\":\"%s\"},%s]}",
             mint_encode(identity, 32), mint_jwk(world_key("p256"), "\"kid\":\"p256\","));
    okta_keyset *keys = okta_keyset_parse(jwks, strlen(jwks), NULL, NULL, NULL, &error);
    char *token = mint_compact(header("EdDSA", "ed", ""), payload(""), signature, 64);

    need(keys && okta_keyset_count(keys) == 1, "%s", error.text);
    check(okta_verify_signature(OKTA_ALGORITHMS_ALL, keys, token, strlen(token), NULL, &last) ==
              OKTA_KID_UNKNOWN,
          "%s", okta_reason_tag(last.reason));
    okta_keyset_unref(keys);
}
