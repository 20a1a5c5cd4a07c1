/* SPDX-License-Identifier: Apache-2.0 */
#include "core/policy.h"
#include "proofs.h"

#include <stdlib.h>
#include <string.h>

/* What a thief or a forger tries with a DPoP proof; each signed as well as the attack allows.
 * Replay is the memory's affair: see test_replay.c. */

static char *by_key(EVP_PKEY *key, const char *alg, const char *jwk, const char *claims)
{
    return mint_token(key, alg, text("{\"typ\":\"dpop+jwt\",\"alg\":\"%s\",\"jwk\":%s}", alg, jwk),
                      claims);
}

rule(theft_of_a_token)
{
    EVP_PKEY *thief = mint_generate("P-256");
    char *theirs = mint_jwk(world_key("p256"), ""), *own = mint_jwk(thief, "");

    expect_proof(NULL, "proof_missing", "without a proof");
    expect_proof(by_key(thief, "ES256", own, proof_claims("")), "proof_other_key",
                 "with a key of one's own");
    expect_proof(by_key(thief, "ES256", theirs, proof_claims("")), "proof_signature",
                 "signed by a key of one's own");
    expect_proof(
        by_key(thief, "ES256",
               mint_jwk(thief, text("\"kid\":\"%s\",", mint_thumbprint(world_key("p256")))),
               proof_claims("")),
        "proof_other_key", "a key that is named like the right one");
    expect_proof(mint_token(thief, "ES256",
                            text("{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":%s,\"jwk\":%s}",
                                 theirs, own),
                            proof_claims("")),
                 "proof_malformed", "with two keys");
    expect_proof(mint_token(thief, "ES256",
                            text("{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":%s,"
                                 "\"jwk\\u0000\":%s}",
                                 theirs, own),
                            proof_claims("")),
                 "proof_malformed", "with two keys, one behind a NUL");
}

rule(theft_of_a_proof)
{
    char *stolen = proof_with(""), *end = strrchr(stolen, '.');
    char *altered = mint_input(proof_header("p256", "ES256", ""), proof_claims("\"jti\":\"j2\""));
    okta_proof_terms terms = proof_terms("p256");

    terms.method = "DELETE";
    expect_proof_by(&terms, stolen, "proof_method", "for another request");
    expect_proof(text("%s%s", altered, end), "proof_signature", "with another jti");
    expect_proof(text("%s.%s", stolen, end + 1), "proof_malformed", "with a part more");
}

rule(another_method)
{
    okta_proof_terms terms = proof_terms("p256");

    terms.method = "DELETE";
    expect_proof_by(&terms, proof_with(""), "proof_method", "GET for DELETE");
    terms.method = "HEAD";
    expect_proof_by(&terms, proof_with(""), "proof_method", "GET for HEAD");
}

rule(another_url)
{
    okta_proof_terms terms = proof_terms("p256");

    terms.url = "https://api.example.com/admin";
    expect_proof_by(&terms, proof_with(""), "proof_url", "another path");
    terms.url = "https://api.example.com:8443/items";
    expect_proof_by(&terms, proof_with(""), "proof_url", "another port");
    terms.url = "https://api.example.com.evil.example/items";
    expect_proof_by(&terms, proof_with(""), "proof_url", "another host");
    terms.url = "https://api.example.com/items%2F..%2Fadmin";
    expect_proof_by(&terms, proof_with("\"htu\":\"https://api.example.com/items/../admin\""),
                    "proof_url", "an encoded slash is none");
}

rule(another_token)
{
    unsigned char digest[OKTA_DIGEST_BYTES];
    okta_proof_terms terms = proof_terms("p256");

    need(okta_digest("another", 7, digest), "a digest");
    terms.token_digest = digest;
    expect_proof_by(&terms, proof_with(""), "proof_other_token", "of the same key");
}

rule(proofs_made_in_advance)
{
    okta_nonces nonces;
    okta_proof_terms terms = proof_terms("p256");

    memset(nonces.secret, 1, sizeof(nonces.secret));
    expect_proof(proof_with(text("\"iat\":%lld", (long long)NOW + 3600)), "proof_from_future",
                 "for an hour from now");
    expect_proof(proof_with(text("\"iat\":%lld", (long long)NOW - 3600)), "proof_expired",
                 "an hour ago");
    terms.nonces = &nonces;
    expect_proof_by(&terms, proof_with(""), "proof_nonce",
                    "for this very second, where a nonce is asked for");
}

rule(a_confused_type)
{
    okta_policy policy = world_policy();
    char *proof_as_token =
        mint_token(world_key("p256"), "ES256",
                   "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"kid\":\"p256\"}", payload(""));

    expect_verdict(proof_as_token, "type_refused", "a proof as an access token");
    check(okta_policy_check_type(&policy, OKTA_TYPE_DPOP, &last) == OKTA_TYPE_REFUSED, "the type");
    policy.at_jwt_only = true;
    check(okta_policy_check_type(&policy, OKTA_TYPE_DPOP, &last) == OKTA_TYPE_REFUSED,
          "where at+jwt is required");
    expect_proof(proof_with_header("\"typ\":\"at+jwt\""), "proof_type",
                 "an access token as a proof");
    expect_proof(proof_with_header("\"typ\":\"JWT\""), "proof_type",
                 "a client assertion as a proof");
    expect_proof(proof_with_header("\"typ\":\"(absent)\""), "proof_type",
                 "an untyped JWT as a proof");
}

rule(alg_none_and_hmac)
{
    static const char *const algs[] = {"none", "HS256", "HS384", "HS512"};
    char *jwk = mint_jwk(world_key("p256"), ""), *claims = proof_claims("");

    for (size_t i = 0; i < COUNT_OF(algs); i++) {
        char *head = text("{\"typ\":\"dpop+jwt\",\"alg\":\"%s\",\"jwk\":%s}", algs[i], jwk);
        char *input = mint_input(head, claims);
        size_t length;
        unsigned char *mac = mint_hmac("SHA256", jwk, strlen(jwk), input, strlen(input), &length);

        expect_proof(text("%s.", input), "proof_malformed", "without a signature");
        expect_proof(mint_compact(head, claims, mac, length), "proof_algorithm", algs[i]);
    }
}

rule(a_symmetric_key)
{
    static const char secret[] = "secret", *const algs[] = {"HS256", "ES256", "RS256"};
    const char *jwk = "{\"kty\":\"oct\"}", *with_k = "{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}";
    char *claims = proof_claims("");

    for (size_t i = 0; i < COUNT_OF(algs); i++) {
        for (int k = 0; k < 2; k++) {
            char *head =
                text("{\"typ\":\"dpop+jwt\",\"alg\":\"%s\",\"jwk\":%s}", algs[i], k ? with_k : jwk);
            char *input = mint_input(head, claims);
            size_t length;
            unsigned char *mac =
                mint_hmac("SHA256", secret, strlen(secret), input, strlen(input), &length);

            expect_proof(mint_compact(head, claims, mac, length),
                         i == 0 ? "proof_algorithm" : "proof_key", algs[i]);
        }
    }
}

static void expect_key_refused(EVP_PKEY *key, const char *alg, const char *jwk, const char *row)
{
    okta_proof_terms terms = proof_terms("p256");

    terms.thumbprint = mint_thumbprint(key);
    expect_proof_by(&terms, by_key(key, alg, jwk, proof_claims("")), "proof_key", row);
}

/* The same key, so that its signature verifies, and its thumbprint fits. */
static char *rsa_with(EVP_PKEY *key, const char *before_n, const char *before_e)
{
    json_t *jwk = json_loads(mint_jwk(key, ""), 0, NULL);
    const char *n = json_string_value(json_object_get(jwk, "n"));
    char *made = text("{\"kty\":\"RSA\",\"n\":\"%s%s\",\"e\":\"%sAQAB\"}", before_n, n, before_e);

    json_decref(jwk);
    return made;
}

rule(a_weak_rsa_key)
{
    EVP_PKEY *weak = mint_generate("RSA:1024"), *sound = world_key("rsa");

    expect_key_refused(weak, "RS256", mint_jwk(weak, ""), "1024 bits");
    /* 2048 bits are 342 characters and 4 bits: bytes in front of them come in threes */
    expect_key_refused(sound, "RS256", rsa_with(sound, "AAAA", ""), "zeros before n");
    expect_key_refused(sound, "RS256", rsa_with(sound, "", "AAAA"), "zeros before e");
    expect_key_refused(sound, "PS256", rsa_with(sound, "", "AAAA"), "zeros before e, PSS");
    expect_key_refused(weak, "RS256", rsa_with(weak, repeat("A", 172), ""),
                       "1024 bits, filled up with zeros");
}

rule(a_point_that_is_not_on_the_curve)
{
    EVP_PKEY *key = world_key("p256");
    const char *zero = mint_encode(keep(calloc(1, 32)), 32), *x = mint_hash("x");

    expect_key_refused(
        key, "ES256", text("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}", x, zero),
        "off the curve");
    expect_key_refused(
        key, "ES256",
        text("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}", zero, zero), "0, 0");
    expect_key_refused(key, "ES256", text("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\"}", x),
                       "without y");
}

/* With the identity as its key, R = [S]B fits every message: R the identity, S 0. */
rule(a_point_of_small_order)
{
    unsigned char identity[32] = {1}, beyond[32], signature[64] = {1};
    char *claims = proof_claims(""), *jwk, *head;

    memset(beyond, 0xff, sizeof(beyond));
    beyond[0] = 0xee; /* 1 + p */
    beyond[31] = 0x7f;
    for (int i = 0; i < 2; i++) {
        jwk = text("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"}",
                   mint_encode(i ? beyond : identity, 32));
        head = text("{\"typ\":\"dpop+jwt\",\"alg\":\"EdDSA\",\"jwk\":%s}", jwk);
        expect_proof(mint_compact(head, claims, signature, sizeof(signature)), "proof_key",
                     i ? "in its second spelling" : "the identity");
    }
}

rule(a_key_that_is_meant_for_something_else)
{
    static const char *const rows[] = {"\"use\":\"enc\",",
                                       "\"use\":7,",
                                       "\"key_ops\":[\"sign\"],",
                                       "\"key_ops\":[],",
                                       "\"key_ops\":[\"verify\",\"verify\"],",
                                       "\"key_ops\":\"verify\",",
                                       "\"alg\":\"ES384\",",
                                       "\"alg\":\"HS256\",",
                                       "\"alg\":7,",
                                       "\"alg\":\"ES256K\","};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_key_refused(world_key("p256"), "ES256", mint_jwk(world_key("p256"), rows[i]),
                           rows[i]);
    expect_key_refused(world_key("rsa"), "RS256", mint_jwk(world_key("rsa"), "\"alg\":\"PS256\","),
                       "of PS256, signed by RS256");
    expect_key_refused(world_key("rsa"), "RS256", mint_jwk(world_key("p256"), ""),
                       "a curve for RS256");
    expect_proof(proof_with_header(
                     text("\"jwk\":%s", mint_jwk(world_key("p256"),
                                                 "\"use\":\"sig\",\"alg\":\"ES256\",\"kid\":\"a\","
                                                 "\"key_ops\":[\"verify\"],\"ext\":true,"))),
                 "ok", "as a browser writes it");
}

rule(two_proofs)
{
    const char *good = proof_with("");

    expect_proof(text("%s, %s", good, proof_by("rsa", "RS256", "", "")), "proof_repeated",
                 "a good one first");
    expect_proof(text("%s, %s", proof_by("rsa", "RS256", "", ""), good), "proof_repeated",
                 "a good one last");
    expect_proof(text("%s %s", good, good), "proof_malformed", "with a blank between them");
    expect_proof(text("%s;%s", good, good), "proof_malformed", "with a semicolon between them");
}

/* 64 bytes leave four bits of the last character over, which have to be zero. */
rule(base64url_in_other_spellings)
{
    char *proof = text("%s", proof_with("")), *last_character = proof + strlen(proof) - 1;

    ++*last_character; /* it was A, Q, g or w */
    expect_proof(proof, "proof_malformed", "stray bits");
    --*last_character;
    expect_proof(proof, "ok", "the good one");
    expect_proof(text("%s==", proof), "proof_malformed", "padding");
    expect_proof(text("%s%%3D", proof), "proof_malformed", "an escape");
    for (char *p = proof; *p; p++)
        *p = *p == '-' ? '+' : *p == '_' ? '/' : *p;
    if (strpbrk(proof, "+/"))
        expect_proof(proof, "proof_malformed", "the other alphabet");
    expect_proof(text("\t%s", proof_with("")), "proof_malformed", "a tab");
}

rule(duplicate_members)
{
    char *jwk = mint_jwk(world_key("p256"), "");
    const char *heads[] = {
        text("{\"typ\":\"JWT\",\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":%s}", jwk),
        text("{\"typ\":\"dpop+jwt\",\"alg\":\"none\",\"alg\":\"ES256\",\"jwk\":%s}", jwk),
        text("{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{},\"jwk\":%s}", jwk),
        text("{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"x\":\"AA\",%s}", jwk + 1)};

    for (size_t i = 0; i < COUNT_OF(heads); i++)
        expect_proof(mint_token(world_key("p256"), "ES256", heads[i], proof_claims("")),
                     "proof_malformed", heads[i]);
}

rule(extensions_and_wrappings)
{
    static const char *const rows[] = {"\"crit\":[\"exp\"]",
                                       "\"crit\":[]",
                                       "\"crit\":null",
                                       "\"b64\":false",
                                       "\"b64\":true",
                                       "\"zip\":\"DEF\"",
                                       "\"enc\":\"A128GCM\"",
                                       "\"cty\":\"JWT\"",
                                       "\"cty\":\"application/jwt\"",
                                       "\"cty\":7"};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_proof(proof_with_header(rows[i]), "proof_malformed", rows[i]);
}
