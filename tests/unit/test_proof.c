/* SPDX-License-Identifier: Apache-2.0 */
#include "proofs.h"

#include <stdlib.h>
#include <string.h>

/* The twelve checks of RFC 9449 section 4.3, by their numbers there. */

static const struct {
    const char *kid, *alg;
} pairs[] = {{"rsa", "RS256"},  {"rsa", "RS384"}, {"rsa", "RS512"},  {"rsa", "PS256"},
             {"rsa", "PS384"},  {"rsa", "PS512"}, {"p256", "ES256"}, {"p384", "ES384"},
             {"p521", "ES512"}, {"ed", "EdDSA"}};

rule(a_good_proof_passes_with_each_algorithm)
{
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        okta_proof_terms terms = proof_terms(pairs[i].kid);

        expect_proof_by(&terms, proof_by(pairs[i].kid, pairs[i].alg, "", ""), "ok", pairs[i].alg);
        check(last_proof.issued_at == NOW, "%s: %lld", pairs[i].alg,
              (long long)last_proof.issued_at);
        check(!last_proof.nonce_is_newest, "there are no nonces");
    }
}

rule(check_1_there_is_one_field)
{
    const char *good = proof_with(""), *other = proof_with("\"jti\":\"j2\"");

    expect_proof(NULL, "proof_missing", "none");
    expect_proof("", "proof_missing", "empty");
    expect_proof(text("%s, %s", good, other), "proof_repeated", "two");
    expect_proof(text("%s,%s", good, good), "proof_repeated", "the same twice");
    expect_proof(text("%s, ", good), "proof_repeated", "an empty second one");
    expect_proof(text(", %s", good), "proof_repeated", "an empty first one");
    expect_proof(",", "proof_repeated", "two empty ones");
    expect_proof(text("%s,%s", repeat("a", OKTA_PROOF_MAX_BYTES), good), "proof_repeated",
                 "two large ones");
}

rule(check_2_it_is_one_well_formed_jwt)
{
    const char *good = proof_with(""), *dot = strchr(good, '.');
    const char *body = strchr(dot + 1, '.');

    expect_proof("x", "proof_malformed", "one part");
    expect_proof("..", "proof_malformed", "empty parts");
    expect_proof(text("%.*s", (int)(body - good), good), "proof_malformed", "no signature");
    expect_proof(text("%.*s.", (int)(body - good), good), "proof_malformed", "an empty signature");
    expect_proof(text("%s.AA", good), "proof_malformed", "four parts");
    expect_proof(text("%s.AA.AA", good), "proof_malformed", "five parts");
    expect_proof(text("%s ", good), "proof_malformed", "a blank");
    expect_proof(text("%s=", good), "proof_malformed", "padding");
    expect_proof(text("%s\n", good), "proof_malformed", "a line feed");
    expect_proof(text("DPoP %s", good), "proof_malformed", "a scheme");
    expect_proof(text("\"%s\"", good), "proof_malformed", "quotes");
}

rule(a_proof_is_no_longer_than_8192_bytes)
{
    size_t length = strlen(proof_with("\"x\":\"\""));
    /* three bytes become four characters */
    size_t padding = (OKTA_PROOF_MAX_BYTES - length) / 4 * 3;
    char *largest = proof_with(text("\"x\":\"%s\"", repeat("a", padding)));

    check(strlen(largest) <= OKTA_PROOF_MAX_BYTES && strlen(largest) + 4 > OKTA_PROOF_MAX_BYTES,
          "%zu bytes", strlen(largest));
    expect_proof(largest, "ok", "as large as may be");
    expect_proof(proof_with(text("\"x\":\"%s\"", repeat("a", padding + 4))), "proof_malformed",
                 "larger");
    expect_proof(repeat("a", 100000), "proof_malformed", "huge");
}

rule(check_3_the_required_claims_are_there)
{
    static const struct {
        const char *members, *tag;
    } rows[] = {
        {"\"jti\":\"(absent)\"", "proof_claims"},
        {"\"jti\":null", "proof_claims"},
        {"\"jti\":\"\"", "proof_claims"},
        {"\"jti\":7", "proof_claims"},
        {"\"jti\":[\"j1\"]", "proof_claims"},
        {"\"htm\":\"(absent)\"", "proof_claims"},
        {"\"htm\":null", "proof_claims"},
        {"\"htm\":[\"GET\"]", "proof_claims"},
        {"\"htu\":\"(absent)\"", "proof_claims"},
        {"\"htu\":null", "proof_claims"},
        {"\"htu\":[\"" PROOF_URL "\"]", "proof_claims"},
        {"\"iat\":\"(absent)\"", "proof_claims"},
        {"\"iat\":null", "proof_claims"},
        {"\"iat\":\"1700000000\"", "proof_claims"},
        {"\"iat\":true", "proof_claims"},
        {"\"iat\":1e300", "proof_claims"},
        {"\"ath\":\"(absent)\"", "proof_other_token"},
        {"\"ath\":null", "proof_other_token"},
        {"\"ath\":7", "proof_other_token"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_proof(proof_with(rows[i].members), rows[i].tag, rows[i].members);
    expect_proof(proof_with(text("\"jti\":\"%s\"", repeat("j", 256))), "ok", "jti of 256 bytes");
    expect_proof(proof_with(text("\"jti\":\"%s\"", repeat("j", 257))), "proof_claims",
                 "jti of 257 bytes");
    expect_proof(proof_with("\"sub\":7,\"aud\":null,\"exp\":null,\"nbf\":null,\"nonce\":7"), "ok",
                 "claims that nobody asked for");
}

static void expect_payload(const char *payload_text, const char *row)
{
    expect_proof(
        mint_token(world_key("p256"), "ES256", proof_header("p256", "ES256", ""), payload_text),
        "proof_malformed", row);
}

rule(the_payload_is_one_strict_object)
{
    const char *good = proof_claims("");

    expect_payload("[]", "an array");
    expect_payload("\"GET\"", "a string");
    expect_payload("", "nothing");
    expect_payload(text("%s{}", good), "something behind");
    expect_payload(text("{\"htm\":\"POST\",%s", good + 1), "htm twice");
    expect_payload(text("{\"j\\u0074i\":\"x\",%s", good + 1), "jti twice, once by an escape");
    expect_payload("\xef\xbb\xbf{}", "a byte order mark");
}

rule(check_4_the_type_is_dpop_jwt)
{
    static const char *const good[] = {"dpop+jwt", "DPOP+JWT", "application/dpop+jwt",
                                       "Application/DPoP+jwt"};
    static const char *const bad[] = {
        "JWT",       "at+jwt",     "dpop",
        "",          "dpop+jwt ",  "text/dpop+jwt",
        "dpop+jwt2", "dpop+jwt;v", "application/application/dpop+jwt"};

    for (size_t i = 0; i < COUNT_OF(good); i++)
        expect_proof(proof_with_header(text("\"typ\":\"%s\"", good[i])), "ok", good[i]);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        expect_proof(proof_with_header(text("\"typ\":\"%s\"", bad[i])), "proof_type", bad[i]);
    expect_proof(proof_with_header("\"typ\":\"(absent)\""), "proof_type", "none");
    expect_proof(proof_with_header("\"typ\":null"), "proof_malformed", "null");
    expect_proof(proof_with_header("\"typ\":[\"dpop+jwt\"]"), "proof_malformed", "an array");
}

rule(check_5_the_algorithm_is_asymmetric_and_allowed)
{
    static const char *const names[] = {"none", "None",   "HS256", "HS512", "es256",
                                        "ES25", "ES256K", "dir",   "",      "EdDSA "};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        expect_proof(proof_with_header(text("\"alg\":\"%s\"", names[i])), "proof_algorithm",
                     names[i]);
    expect_proof(proof_with_header("\"alg\":\"(absent)\""), "proof_malformed", "no alg");
    expect_proof(proof_with_header("\"alg\":256"), "proof_malformed", "a number");
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        okta_proof_terms terms = proof_terms(pairs[i].kid);
        const char *proof = proof_by(pairs[i].kid, pairs[i].alg, "", "");

        okta_algorithm_set own =
            OKTA_ALGORITHM_BIT(okta_algorithm_by_name(pairs[i].alg, strlen(pairs[i].alg))->id);

        terms.algorithms = OKTA_ALGORITHMS_ALL & ~own;
        expect_proof_by(&terms, proof, "proof_algorithm", pairs[i].alg);
        terms.algorithms = own;
        expect_proof_by(&terms, proof, "ok", pairs[i].alg);
    }
}

rule(check_6_the_signature_is_by_the_key_of_the_header)
{
    char *bad = text("%s", proof_with("")), *signature = strrchr(bad, '.') + 1;

    for (size_t at = 0; at < 85; at += 7) {
        char before = signature[at];

        signature[at] = before == 'A' ? 'B' : 'A';
        expect_proof(bad, "proof_signature", text("character %zu of the signature", at));
        signature[at] = before;
    }
    expect_proof(bad, "ok", "the signature as it was");
    expect_proof(mint_compact(proof_header("p256", "ES256", ""), proof_claims(""), "\0", 1),
                 "proof_signature", "a short signature");
    expect_proof(
        mint_compact(proof_header("p256", "ES256", ""), proof_claims(""), keep(calloc(1, 64)), 64),
        "proof_signature", "R and S of zero");
    expect_proof(
        mint_token(world_key("p384"), "ES384", proof_header("p256", "ES256", ""), proof_claims("")),
        "proof_signature", "by another key");
}

rule(check_7_the_key_is_public)
{
    static const char *const members[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"};
    static const char *const values[] = {"\"AA\"", "null", "\"\"", "[]", "7"};

    for (size_t i = 0; i < COUNT_OF(members); i++)
        for (size_t k = 0; k < COUNT_OF(values); k++) {
            char *jwk = mint_jwk(world_key("p256"), text("\"%s\":%s,", members[i], values[k]));

            expect_proof(proof_with_header(text("\"jwk\":%s", jwk)), "proof_key",
                         text("%s %s", members[i], values[k]));
        }
    expect_proof(proof_with_header("\"jwk\":\"(absent)\""), "proof_key", "no jwk");
    expect_proof(proof_with_header("\"jwk\":null"), "proof_key", "null");
    expect_proof(proof_with_header("\"jwk\":{}"), "proof_key", "an empty one");
    expect_proof(proof_with_header("\"jwk\":[{}]"), "proof_key", "an array");
    expect_proof(proof_with_header(text("\"jwk\":\"(absent)\",\"kid\":\"%s\"",
                                        mint_thumbprint(world_key("p256")))),
                 "proof_key", "a kid instead");
}

rule(check_8_htm_is_the_method)
{
    static const char *const rows[] = {"POST", "get", "Get", "", "GET ", "GETX", "GE", "HEAD"};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_proof(proof_with(text("\"htm\":\"%s\"", rows[i])), "proof_method", rows[i]);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_proof_terms terms = proof_terms("p256");

        terms.method = rows[i];
        expect_proof_by(&terms, proof_with(text("\"htm\":\"%s\"", rows[i])), "ok", rows[i]);
    }
}

rule(check_9_htu_is_the_url)
{
    static const char *const good[] = {
        "HTTPS://API.Example.COM/items",      "https://api.example.com:443/items",
        "https://api.example.com:/items",     "https://api.example.com/items?a=b",
        "https://api.example.com/items#a",    "https://api.example.com/%69tems",
        "https://api.example.com/x/../items", "https://api.example.com/%2e/items"};
    static const char *const bad[] = {"http://api.example.com/items",
                                      "https://api.example.com:8443/items",
                                      "https://api.example.com./items",
                                      "https://api.example.com/items/",
                                      "https://api.example.com//items",
                                      "https://api.example.com/Items",
                                      "https://api.example.com/item%73/..",
                                      "https://api.example.com/",
                                      "https://evil.example/items",
                                      "https://u@api.example.com/items",
                                      "/items",
                                      "api.example.com/items",
                                      ""};

    for (size_t i = 0; i < COUNT_OF(good); i++)
        expect_proof(proof_with(text("\"htu\":\"%s\"", good[i])), "ok", good[i]);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        expect_proof(proof_with(text("\"htu\":\"%s\"", bad[i])), "proof_url", bad[i]);
    expect_proof(proof_with("\"htu\":\"https://api.example.com/\\u00e4\\u0001\\\"\""), "proof_url",
                 "not a URL");
}

/* As OPTIONS * has, or a path with a character that no URL has. */
rule(a_request_without_a_url_fits_no_proof)
{
    static const char *const rows[] = {PROOF_URL, "*", "", "(null)"};
    okta_proof_terms terms = proof_terms("p256");

    terms.url = NULL;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_proof_by(&terms, proof_with(text("\"htu\":\"%s\"", rows[i])), "proof_url", rows[i]);
}

rule(check_12_ath_is_the_hash_of_the_token_and_the_key_is_the_tokens)
{
    okta_proof_terms terms = proof_terms("rsa");
    const char *hash = mint_hash(PROOF_TOKEN);

    expect_proof(proof_with(text("\"ath\":\"%s\"", mint_hash("another"))), "proof_other_token",
                 "another token");
    expect_proof(proof_with(text("\"ath\":\"%s=\"", hash)), "proof_other_token", "padding");
    expect_proof(proof_with(text("\"ath\":\"%.42s\"", hash)), "proof_other_token", "cut");
    expect_proof(proof_with("\"ath\":\"\""), "proof_other_token", "empty");
    expect_proof_by(&terms, proof_with(""), "proof_other_key", "another key");
    terms = proof_terms("p256");
    terms.thumbprint = "";
    expect_proof_by(&terms, proof_with(""), "proof_other_key", "a token bound to nothing");
    terms.thumbprint = NULL;
    expect_proof_by(&terms, proof_with(""), "proof_other_key", "a token without a thumbprint");
    terms.thumbprint = text("%sA", mint_thumbprint(world_key("p256")));
    expect_proof_by(&terms, proof_with(""), "proof_other_key", "a longer thumbprint");
}

rule(other_members_of_the_header_are_ignored)
{
    static const char *const rows[] = {
        "\"kid\":\"another\"", "\"jku\":\"https://evil.example/keys\"",
        "\"x5c\":[\"AA\"]",    "\"x5u\":7",
        "\"x5t#S256\":null",   "\"nonce\":\"n\"",
        "\"cty\":\"json\"",    "\"iss\":{}"};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_proof(proof_with_header(rows[i]), "ok", rows[i]);
}
