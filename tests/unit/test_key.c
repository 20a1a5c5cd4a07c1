/* SPDX-License-Identifier: Apache-2.0 */
#include "core/key.h"
#include "world.h"

#include <openssl/bn.h>
#include <stdlib.h>
#include <string.h>

static const char data[] = "what is signed";
#define DATA ((const unsigned char *)data), sizeof(data)

static bool loads(const char *jwk)
{
    okta_error error = {""};
    okta_key *key = load_key(jwk, &error);

    check((key != NULL) != (error.text[0] != '\0'), "cause \"%s\" for %s", error.text, jwk);
    okta_key_free(key);
    return key != NULL;
}

static okta_signature_verdict verify(const okta_key *key, const char *alg,
                                     const unsigned char *signature, size_t length)
{
    return okta_key_verify(key, okta_algorithm_by_name(alg, strlen(alg)), DATA,
                           (const unsigned char *)exact((const char *)signature, length), length);
}

static const struct {
    const char *alg, *kid;
} pairs[] = {{"RS256", "rsa"},  {"RS384", "rsa"}, {"RS512", "rsa"},  {"PS256", "rsa"},
             {"PS384", "rsa"},  {"PS512", "rsa"}, {"ES256", "p256"}, {"ES384", "p384"},
             {"ES512", "p521"}, {"EdDSA", "ed"}};

rule(each_algorithm_verifies_its_signatures_and_no_others)
{
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        okta_key *key = load_key(mint_jwk(world_key(pairs[i].kid), ""), NULL);
        size_t length;
        unsigned char *signature =
            mint_sign(world_key(pairs[i].kid), pairs[i].alg, data, sizeof(data), &length);

        need(key, "%s", pairs[i].kid);
        for (size_t j = 0; j < COUNT_OF(pairs); j++)
            check(verify(key, pairs[j].alg, signature, length) ==
                      (i == j ? OKTA_SIGNATURE_GOOD : OKTA_SIGNATURE_BAD),
                  "%s taken for %s", pairs[i].alg, pairs[j].alg);
        okta_key_free(key);
    }
}

rule(a_key_that_is_prepared_for_one_algorithm_serves_the_others_too)
{
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        for (size_t j = 0; j < COUNT_OF(pairs); j++) {
            okta_key *key;
            unsigned char *signature;
            size_t length;

            if (strcmp(pairs[i].kid, pairs[j].kid) != 0)
                continue;
            key = load_key(mint_jwk(world_key(pairs[i].kid), ""), NULL);
            need(key, "%s", pairs[i].kid);
            signature =
                mint_sign(world_key(pairs[i].kid), pairs[j].alg, data, sizeof(data), &length);
            okta_key_prepare(key, okta_algorithm_by_name(pairs[i].alg, 5));
            for (int again = 0; again < 2; again++)
                check(verify(key, pairs[j].alg, signature, length) == OKTA_SIGNATURE_GOOD,
                      "%s by a key prepared for %s", pairs[j].alg, pairs[i].alg);
            okta_key_free(key);
        }
    }
}

rule(one_flipped_bit_spoils_a_signature)
{
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        okta_key *key = load_key(mint_jwk(world_key(pairs[i].kid), ""), NULL);
        const okta_algorithm *algorithm = okta_algorithm_by_name(pairs[i].alg, 5);
        size_t length, step;
        unsigned char *signature =
            mint_sign(world_key(pairs[i].kid), pairs[i].alg, data, sizeof(data), &length);
        char other[sizeof(data)];

        step = length * 8 / 40;
        for (size_t bit = 0; bit < length * 8; bit += step) {
            signature[bit / 8] ^= (unsigned char)(1u << bit % 8);
            check(verify(key, pairs[i].alg, signature, length) == OKTA_SIGNATURE_BAD,
                  "%s, bit %zu of the signature", pairs[i].alg, bit);
            signature[bit / 8] ^= (unsigned char)(1u << bit % 8);
        }
        for (size_t at = 0; at < sizeof(data); at++) {
            memcpy(other, data, sizeof(data));
            other[at] ^= 1;
            check(okta_key_verify(key, algorithm, (unsigned char *)other, sizeof(data), signature,
                                  length) == OKTA_SIGNATURE_BAD,
                  "%s, byte %zu of the data", pairs[i].alg, at);
        }
        check(verify(key, pairs[i].alg, signature, length) == OKTA_SIGNATURE_GOOD, "%s at last",
              pairs[i].alg);
        okta_key_free(key);
    }
}

rule(a_signature_has_its_exact_length)
{
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        okta_key *key = load_key(mint_jwk(world_key(pairs[i].kid), ""), NULL);
        size_t length;
        unsigned char *signature =
            mint_sign(world_key(pairs[i].kid), pairs[i].alg, data, sizeof(data), &length);
        unsigned char *longer = keep(calloc(1, length + 2));

        memcpy(longer + 1, signature, length);
        for (size_t cut = 0; cut < length; cut++)
            check(verify(key, pairs[i].alg, signature, cut) == OKTA_SIGNATURE_BAD,
                  "%s cut to %zu of %zu", pairs[i].alg, cut, length);
        check(verify(key, pairs[i].alg, longer, length + 1) == OKTA_SIGNATURE_BAD,
              "%s with a zero before", pairs[i].alg);
        check(verify(key, pairs[i].alg, longer + 1, length + 1) == OKTA_SIGNATURE_BAD,
              "%s with a zero behind", pairs[i].alg);
        okta_key_free(key);
    }
}

/* RFC 7518 section 3.4: R and S fill the length of the field; without their leading zeros it would
 * be a second encoding. Half of the numbers of P-521 begin with a zero byte. */
rule(ecdsa_numbers_keep_their_leading_zeros)
{
    okta_key *key = load_key(mint_jwk(world_key("p521"), ""), NULL);
    size_t length, half;
    unsigned char *signature;
    unsigned char shorter[130], first[131], second[131];

    do {
        signature = mint_sign(world_key("p521"), "ES512", data, sizeof(data), &length);
        half = length / 2;
    } while (signature[0] != 0 || signature[half] != 0);
    need(length == 132, "%zu bytes", length);
    memcpy(shorter, signature + 1, 65);
    memcpy(shorter + 65, signature + half + 1, 65);
    memcpy(first, signature + 1, 131);
    memcpy(second, signature, 66);
    memcpy(second + 66, signature + half + 1, 65);
    check(verify(key, "ES512", signature, length) == OKTA_SIGNATURE_GOOD, "as it was signed");
    check(verify(key, "ES512", shorter, sizeof(shorter)) == OKTA_SIGNATURE_BAD, "without both");
    check(verify(key, "ES512", first, sizeof(first)) == OKTA_SIGNATURE_BAD, "without R's");
    check(verify(key, "ES512", second, sizeof(second)) == OKTA_SIGNATURE_BAD, "without S's");
    okta_key_free(key);
}

rule(pss_salts_are_as_long_as_the_digest)
{
    static const int salts[] = {0, 1, 20, 31, 33, 222};
    okta_key *key = load_key(mint_jwk(world_key("rsa"), ""), NULL);
    size_t length;

    for (size_t i = 0; i < COUNT_OF(salts); i++) {
        unsigned char *signature =
            mint_sign_salted(world_key("rsa"), "SHA256", salts[i], data, sizeof(data), &length);
        check(verify(key, "PS256", signature, length) == OKTA_SIGNATURE_BAD, "a salt of %d bytes",
              salts[i]);
    }
    check(verify(key, "PS256",
                 mint_sign_salted(world_key("rsa"), "SHA256", 32, data, sizeof(data), &length),
                 length) == OKTA_SIGNATURE_GOOD,
          "a salt of 32 bytes");
    okta_key_free(key);
}

rule(a_digest_below_the_algorithms_is_no_match)
{
    okta_key *key = load_key(mint_jwk(world_key("rsa"), ""), NULL);
    size_t length;
    unsigned char *signature = mint_sign(world_key("rsa"), "RS1", data, sizeof(data), &length);

    for (size_t i = 0; i < 6; i++)
        check(verify(key, pairs[i].alg, signature, length) == OKTA_SIGNATURE_BAD, "%s",
              pairs[i].alg);
    okta_key_free(key);
}

rule(an_ec_key_serves_the_algorithm_of_its_curve_alone)
{
    static const char *const kids[] = {"p256", "p384", "p521"};
    static const char *const algs[] = {"ES256", "ES384", "ES512"};

    for (size_t k = 0; k < 3; k++) {
        okta_key *key = load_key(mint_jwk(world_key(kids[k]), ""), NULL);
        size_t length;

        for (size_t a = 0; a < 3; a++) {
            unsigned char *signature =
                mint_sign(world_key(kids[k]), algs[a], data, sizeof(data), &length);
            check(okta_key_serves(key, okta_algorithm_by_name(algs[a], 5)) == (a == k), "%s, %s",
                  kids[k], algs[a]);
            check((verify(key, algs[a], signature, length) == OKTA_SIGNATURE_GOOD) == (a == k),
                  "%s by %s", algs[a], kids[k]);
        }
        okta_key_free(key);
    }
}

rule(a_named_alg_binds_the_key)
{
    static const char *const algs[] = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"};

    for (size_t named = 0; named < COUNT_OF(algs); named++) {
        okta_key *key =
            load_key(mint_jwk(world_key("rsa"), text("\"alg\":\"%s\",", algs[named])), NULL);
        size_t length;

        need(key, "%s", algs[named]);
        for (size_t i = 0; i < COUNT_OF(algs); i++) {
            unsigned char *signature =
                mint_sign(world_key("rsa"), algs[i], data, sizeof(data), &length);
            check(okta_key_serves(key, okta_algorithm_by_name(algs[i], 5)) == (i == named),
                  "%s named, %s asked", algs[named], algs[i]);
            check((verify(key, algs[i], signature, length) == OKTA_SIGNATURE_GOOD) == (i == named),
                  "%s named, %s used", algs[named], algs[i]);
        }
        okta_key_free(key);
    }
}

rule(alg_has_to_fit_type_and_curve)
{
    static const struct {
        const char *kid, *alg;
        bool fits;
    } rows[] = {
        {"rsa", "\"ES256\"", false},   {"rsa", "\"EdDSA\"", false},    {"rsa", "\"HS256\"", false},
        {"rsa", "\"none\"", false},    {"rsa", "\"RSA-OAEP\"", false}, {"rsa", "\"rs256\"", false},
        {"rsa", "\"\"", false},        {"rsa", "null", true},          {"rsa", "256", false},
        {"rsa", "[\"RS256\"]", false}, {"rsa", "\"RS256 \"", false},   {"rsa", "\"RS256\"", true},
        {"p256", "\"ES384\"", false},  {"p256", "\"RS256\"", false},   {"p256", "\"ES256\"", true},
        {"p384", "\"ES256\"", false},  {"p384", "\"ES384\"", true},    {"p521", "\"ES512\"", true},
        {"ed", "\"ES256\"", false},    {"ed", "\"EdDSA\"", true},      {"ed", "\"Ed25519\"", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(loads(mint_jwk(world_key(rows[i].kid), text("\"alg\":%s,", rows[i].alg))) ==
                  rows[i].fits,
              "%s with %s", rows[i].kid, rows[i].alg);
}

rule(use_key_ops_and_kid_are_minded)
{
    static const struct {
        const char *members;
        bool usable;
    } rows[] = {
        {"", true},
        {"\"use\":\"sig\",", true},
        {"\"use\":\"enc\",", false},
        {"\"use\":\"SIG\",", false},
        {"\"use\":\"\",", false},
        {"\"use\":null,", true},
        {"\"use\":[\"sig\"],", false},
        {"\"use\":\"sig\\u0000\",", false},
        {"\"key_ops\":[\"verify\"],", true},
        {"\"key_ops\":[\"sign\",\"verify\"],", true},
        {"\"key_ops\":[\"verify\",\"sign\"],", true},
        {"\"key_ops\":[1,\"verify\"],", false},
        {"\"key_ops\":[\"verify\",\"verify\"],", false},
        {"\"key_ops\":[],", false},
        {"\"key_ops\":[\"sign\"],", false},
        {"\"key_ops\":[\"encrypt\",\"wrapKey\"],", false},
        {"\"key_ops\":\"verify\",", false},
        {"\"key_ops\":{\"0\":\"verify\"},", false},
        {"\"key_ops\":null,", true},
        {"\"use\":\"enc\",\"key_ops\":[\"verify\"],", false},
        {"\"use\":\"sig\",\"key_ops\":[\"decrypt\"],", false},
        {"\"kid\":\"a\",", true},
        {"\"kid\":\"\",", false},
        {"\"kid\":1,", false},
        {"\"kid\":null,", true},
        {"\"x5c\":[\"nonsense\"],\"x5u\":\"http://127.0.0.1/\",\"x5t\":1,", true},
        {"\"unheard-of\":{},", true},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(loads(mint_jwk(world_key("p256"), rows[i].members)) == rows[i].usable, "%s",
              rows[i].members);
    check(loads(mint_jwk(world_key("p256"), text("\"kid\":\"%s\",", repeat("k", 512)))),
          "a kid at the cap");
    check(!loads(mint_jwk(world_key("p256"), text("\"kid\":\"%s\",", repeat("k", 513)))),
          "a kid beyond it");
    for (size_t count = 31; count <= 33; count++) {
        char *operations = text("\"verify\"");

        for (size_t i = 1; i < count; i++)
            operations = text("%s,\"other-%zu\"", operations, i);
        check(loads(mint_jwk(world_key("p256"), text("\"key_ops\":[%s],", operations))) ==
                  (count <= 32),
              "%zu operations", count);
    }
}

rule(members_that_are_null_are_absent)
{
    okta_key *key = load_key(mint_jwk(world_key("rsa"), "\"kid\":null,\"alg\":null,\"use\":null,"
                                                        "\"key_ops\":null,\"x5c\":null,"
                                                        "\"x5t#S256\":null,\"crv\":null,"),
                             NULL);
    const char *kid;
    size_t length;
    okta_error error = {""};

    need(key, "nothing but its numbers");
    check(!okta_key_kid(key, &kid, &length), "no kid");
    check(okta_key_serves(key, okta_algorithm_by_id(OKTA_RS256)) &&
              okta_key_serves(key, okta_algorithm_by_id(OKTA_PS512)),
          "no alg");
    okta_key_free(key);
    check(!load_key("{\"kty\":\"RSA\",\"n\":null,\"e\":\"AQAB\"}", &error) &&
              strstr(error.text, "no \"n\""),
          "%s", error.text);
    check(!load_key("{\"kty\":\"EC\",\"crv\":null}", &error), "crv");
}

/* The number with three bytes of zero in front of it. */
static char *padded(const char *jwk, const char *name)
{
    const char *at = strstr(jwk, text("\"%s\":\"", name));

    need(at, "%s in %s", name, jwk);
    at += strlen(name) + 4;
    return text("%.*sAAAA%s", (int)(at - jwk), jwk, at);
}

rule(a_key_is_the_same_by_its_numbers)
{
    char *plain = mint_jwk(world_key("rsa"), "");
    const struct {
        const char *name, *a, *b;
        bool same, repeats, competes;
    } rows[] = {
        {"itself", plain, plain, true, true, false},
        {"other members", plain,
         mint_jwk(world_key("rsa"), "\"use\":\"sig\",\"x5t\":\"a\",\"iss\":1,"), true, true, false},
        {"zeros in front of n", plain, padded(plain, "n"), true, true, false},
        {"zeros in front of e", plain, padded(plain, "e"), true, true, false},
        {"an alg", plain, mint_jwk(world_key("rsa"), "\"alg\":\"RS256\","), true, false, false},
        {"two algs", mint_jwk(world_key("rsa"), "\"alg\":\"PS256\","),
         mint_jwk(world_key("rsa"), "\"alg\":\"RS256\","), true, false, false},
        {"the alg of a curve, said and unsaid", mint_jwk(world_key("p256"), ""),
         mint_jwk(world_key("p256"), "\"alg\":\"ES256\","), true, true, false},
        {"another RSA key", plain, mint_jwk(world_key("rs256"), ""), false, false, true},
        {"another RSA key of one alg", plain, mint_jwk(world_key("rs256"), "\"alg\":\"PS384\","),
         false, false, true},
        {"RSA keys of two algs", mint_jwk(world_key("rsa"), "\"alg\":\"RS256\","),
         mint_jwk(world_key("rs256"), "\"alg\":\"PS256\","), false, false, false},
        {"two curves", mint_jwk(world_key("p256"), ""), mint_jwk(world_key("p384"), ""), false,
         false, false},
        {"two types", plain, mint_jwk(world_key("ed"), ""), false, false, false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_key *a = load_key(rows[i].a, NULL), *b = load_key(rows[i].b, NULL);

        need(a && b, "%s", rows[i].name);
        check(okta_key_is_same(a, b) == rows[i].same, "same: %s", rows[i].name);
        check(okta_key_repeats(a, b) == rows[i].repeats, "repeats: %s", rows[i].name);
        check(okta_keys_compete(a, b) == rows[i].competes, "competes: %s", rows[i].name);
        check(okta_keys_compete(b, a) == rows[i].competes, "competes: %s", rows[i].name);
        okta_key_free(a);
        okta_key_free(b);
    }
}

rule(the_kid_comes_out_as_it_went_in)
{
    okta_key *named = load_key(mint_jwk(world_key("p256"), "\"kid\":\"a\\u000ab\","), NULL);
    okta_key *nameless = load_key(mint_jwk(world_key("p256"), ""), NULL);
    const char *kid;
    size_t length;

    need(named && nameless, "sound keys");
    check(okta_key_kid(named, &kid, &length) && length == 3 && memcmp(kid, "a\nb", 3) == 0,
          "named");
    check(!okta_key_kid(nameless, &kid, &length) && length == 0 && *kid == '\0', "nameless");
    okta_key_free(named);
    okta_key_free(nameless);
    okta_key_free(NULL);
}

rule(only_known_types_and_curves)
{
    static const char *const rows[] = {
        "{}",
        "[]",
        "[1]",
        "{\"kty\":\"oct\",\"k\":\"AAAA\"}",
        "{\"kty\":\"oct\",\"k\":\"AAAA\",\"alg\":\"HS256\"}",
        "{\"kty\":\"rsa\"}",
        "{\"kty\":null}",
        "{\"kty\":1}",
        "{\"kty\":\"RSA\"}",
        "{\"kty\":\"EC\"}",
        "{\"kty\":\"OKP\"}",
        "{\"kty\":\"AKP\",\"pub\":\"AA\"}",
        "{\"kty\":\"EC\",\"crv\":\"P-256\"}",
        "{\"kty\":\"EC\",\"crv\":\"p-256\"}",
        "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"AA\",\"y\":\"AA\"}",
        "{\"kty\":\"EC\",\"crv\":\"prime256v1\",\"x\":\"AA\",\"y\":\"AA\"}",
        "{\"kty\":\"EC\",\"crv\":\"Ed25519\",\"x\":\"AA\",\"y\":\"AA\"}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed448\",\"x\":\"AA\"}",
        "{\"kty\":\"OKP\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
        "{\"kty\":\"RSA\",\"n\":1,\"e\":\"AQAB\"}",
        "{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"AQAB\"}",
        "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(!loads(rows[i]), "%s", rows[i]);
    check(!loads(text("{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"%s\"}",
                      "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")),
          "a key for agreement");
}

/* A modulus of that many bits; nobody has to know its factors. */
static char *rsa_jwk(int bits, bool odd, const char *e, const char *before)
{
    size_t size = ((size_t)bits + 7) / 8;
    unsigned char *n = keep(malloc(size));

    memset(n, 0xa5, size);
    n[0] = (unsigned char)(1u << (bits - 1) % 8);
    n[size - 1] = odd ? 0xa5 : 0xa4;
    return text("{\"kty\":\"RSA\",\"n\":\"%s%s\",\"e\":\"%s\"}", before, mint_encode(n, size), e);
}

rule(rsa_moduli_have_2048_to_8192_bits_and_are_odd)
{
    static const struct {
        int bits;
        bool good;
    } rows[] = {{512, false},  {1024, false}, {2040, false}, {2047, false}, {2048, true},
                {2049, true},  {3072, true},  {4096, true},  {8191, true},  {8192, true},
                {8193, false}, {9000, false}, {16384, false}};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(loads(rsa_jwk(rows[i].bits, true, "AQAB", "")) == rows[i].good, "%d bits",
              rows[i].bits);
    check(!loads(rsa_jwk(2048, false, "AQAB", "")), "an even modulus");
    check(!loads(rsa_jwk(2032, true, "AQAB", "AAAAAAAA")), "2032 bits, filled up with zeros");
    check(!loads(rsa_jwk(2048, true, "AQAB", "+")), "not base64url");
    check(!loads(rsa_jwk(2048, true, "AQAB", "A")), "a length that is none");
}

rule(rsa_exponents_are_odd_and_from_3_to_64_bits)
{
    static const struct {
        const char *e;
        bool good;
    } rows[] = {
        {"AQAB", true},          /* 65537 */
        {"Aw", true},            /* 3 */
        {"BQ", true},            /* 5 */
        {"EQ", true},            /* 17 */
        {"AAAD", true},          /* 3 with zeros before it */
        {"__________8", true},   /* 2^64 - 1 */
        {"AQ", false},           /* 1 */
        {"AA", false},           /* 0 */
        {"Ag", false},           /* 2 */
        {"AQAA", false},         /* 65536 */
        {"AQAAAAAAAAAB", false}, /* 2^64 + 1 */
        {"", false},
        {"AQAB=", false},
        {"AR", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(loads(rsa_jwk(2048, true, rows[i].e, "")) == rows[i].good, "e \"%s\"", rows[i].e);
}

rule(rsa_sizes_that_fill_no_whole_byte_work)
{
    static const char *const kinds[] = {"RSA:2050", "RSA:2055"};
    static const char *const algs[] = {"RS256", "PS256", "PS512"};

    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        EVP_PKEY *pair = mint_generate(kinds[k]);
        okta_key *key = load_key(mint_jwk(pair, ""), NULL);
        size_t length;

        need(key, "%s", kinds[k]);
        for (size_t a = 0; a < COUNT_OF(algs); a++) {
            unsigned char *signature = mint_sign(pair, algs[a], data, sizeof(data), &length);
            check(length == 257 && verify(key, algs[a], signature, length) == OKTA_SIGNATURE_GOOD,
                  "%s by %s", algs[a], kinds[k]);
        }
        okta_key_free(key);
    }
}

static char *ec_jwk(const char *crv, const unsigned char *x, size_t x_length,
                    const unsigned char *y, size_t y_length)
{
    return text("{\"kty\":\"EC\",\"crv\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}", crv,
                mint_encode(x, x_length), mint_encode(y, y_length));
}

rule(ec_points_are_on_the_curve)
{
    static const struct {
        const char *crv;
        size_t size;
    } rows[] = {{"P-256", 32}, {"P-384", 48}, {"P-521", 66}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        unsigned char zeros[66] = {0}, ones[66], one[66] = {0};

        memset(ones, 0xff, sizeof(ones));
        one[rows[i].size - 1] = 1;
        check(!loads(ec_jwk(rows[i].crv, zeros, rows[i].size, zeros, rows[i].size)), "%s: 0, 0",
              rows[i].crv);
        check(!loads(ec_jwk(rows[i].crv, one, rows[i].size, one, rows[i].size)), "%s: 1, 1",
              rows[i].crv);
        check(!loads(ec_jwk(rows[i].crv, ones, rows[i].size, ones, rows[i].size)),
              "%s: beyond the field", rows[i].crv);
    }
}

rule(ec_coordinates_have_the_length_of_the_field)
{
    static const char x[] = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    static const char y[] = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
    const struct {
        const char *name, *crv, *x, *y;
        bool sound;
    } rows[] = {
        {"sound", "P-256", x, y, true},
        {"another curve", "P-384", x, y, false},
        {"swapped", "P-256", y, x, false},
        {"half of it", "P-256", x, repeat("A", 43), false},
        {"a zero behind x", "P-256", text("%sA", x), y, false},
        {"a zero behind y", "P-256", x, text("%sA", y), false},
        {"a short x", "P-256", text("%.40s", x), y, false},
        {"a short y", "P-256", x, text("%.40s", y), false},
        {"padding", "P-256", x, text("%s=", y), false},
        {"an empty x", "P-256", "", y, false},
        {"an empty y", "P-256", x, "", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(loads(text("{\"kty\":\"EC\",\"crv\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}", rows[i].crv,
                         rows[i].x, rows[i].y)) == rows[i].sound,
              "%s", rows[i].name);
    check(!loads(text("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\"}", x)), "no y");
    check(!loads(text("{\"kty\":\"EC\",\"crv\":\"P-256\",\"y\":\"%s\"}", y)), "no x");
}

rule(an_ed25519_key_has_32_bytes)
{
    static const char x[] = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    const struct {
        const char *name, *x;
        bool sound;
    } rows[] = {
        {"sound", x, true},
        {"30 bytes", text("%.40s", x), false},
        {"33 bytes", text("%sA", x), false},
        {"35 bytes", text("AAAA%s", x), false},
        {"none", "", false},
        {"padding", text("%s=", x), false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(loads(text("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"}", rows[i].x)) ==
                  rows[i].sound,
              "%s", rows[i].name);
}

rule(private_members_change_nothing)
{
    okta_key *key =
        load_key(mint_jwk(world_key("p256"), "\"d\":\"!\",\"p\":1,\"k\":\"AA\","), NULL);
    size_t length;
    unsigned char *signature = mint_sign(world_key("p256"), "ES256", data, sizeof(data), &length);

    need(key, "a public key with private members beside it");
    check(verify(key, "ES256", signature, length) == OKTA_SIGNATURE_GOOD, "its signature");
    okta_key_free(key);
}
