/* SPDX-License-Identifier: Apache-2.0 */
#include "proofs.h"

#include <stdlib.h>
#include <string.h>

/* Checks 10 and 11 of RFC 9449 section 4.3, what is told of a good proof, and what remains to be
 * said of times. */

static okta_nonces fixed_nonces(void)
{
    okta_nonces nonces;

    memset(nonces.secret, 7, sizeof(nonces.secret));
    return nonces;
}

static const char *nonce_at(const okta_nonces *nonces, int64_t now)
{
    char *nonce = keep(malloc(OKTA_NONCE_LENGTH + 1));

    need(okta_nonce_write(nonces, now, nonce), "a nonce");
    return nonce;
}

rule(check_10_the_nonce_is_ours)
{
    okta_nonces nonces = fixed_nonces();
    okta_proof_terms terms = proof_terms("p256");
    const char *newest = nonce_at(&nonces, NOW);
    const char *old = nonce_at(&nonces, NOW - OKTA_NONCE_PERIOD);
    const char *ancient = nonce_at(&nonces, NOW - (int64_t)3 * OKTA_NONCE_PERIOD);

    terms.nonces = &nonces;
    expect_proof_by(&terms, proof_with(text("\"nonce\":\"%s\"", newest)), "ok", "the newest");
    check(last_proof.nonce_is_newest, "the newest is not said to be so");
    expect_proof_by(&terms, proof_with(text("\"nonce\":\"%s\"", old)), "ok", "the one before");
    check(!last_proof.nonce_is_newest, "an old one is called the newest");
    expect_proof_by(&terms, proof_with(text("\"nonce\":\"%s\"", ancient)), "proof_nonce", "older");
    expect_proof_by(&terms, proof_with(""), "proof_nonce", "none");
    expect_proof_by(&terms, proof_with("\"nonce\":null"), "proof_nonce", "null");
    expect_proof_by(&terms, proof_with("\"nonce\":7"), "proof_nonce", "a number");
    expect_proof_by(&terms, proof_with("\"nonce\":\"\""), "proof_nonce", "empty");
    expect_proof_by(&terms, proof_with(text("\"nonce\":\"%s \"", newest)), "proof_nonce",
                    "a blank behind it");
    expect_proof_by(&terms, proof_with(text("\"nonce\":[\"%s\"]", newest)), "proof_nonce",
                    "an array");
}

rule(who_is_asked_for_a_nonce_would_be_let_in_with_it)
{
    okta_nonces nonces = fixed_nonces();
    okta_proof_terms terms = proof_terms("p256");
    char *bad = text("%s", proof_with("")), *signature = strrchr(bad, '.') + 1;

    terms.nonces = &nonces;
    signature[9] = signature[9] == 'A' ? 'B' : 'A';
    expect_proof_by(&terms, bad, "proof_signature", "a bad signature");
    expect_proof_by(&terms, proof_with("\"htm\":\"POST\""), "proof_method", "another method");
    expect_proof_by(&terms, proof_with("\"iat\":1"), "proof_expired", "an old one");
    expect_proof_by(&terms, proof_by("p384", "ES384", "", ""), "proof_other_key", "another key");
}

static char *at(const char *name, int64_t seconds, const char *rest)
{
    return proof_with(text("\"%s\":%lld%s", name, (long long)(NOW + seconds), rest));
}

rule(check_11_iat_is_within_the_window)
{
    okta_proof_terms terms = proof_terms("p256");

    expect_proof(at("iat", -PROOF_WINDOW, ""), "ok", "at the window's end");
    check(last_proof.issued_at == NOW - PROOF_WINDOW, "its iat");
    expect_proof(at("iat", -PROOF_WINDOW - 1, ""), "proof_expired", "past it");
    expect_proof(at("iat", -PROOF_WINDOW - 1, ".5"), "proof_expired", "half a second past it");
    expect_proof(at("iat", -PROOF_WINDOW, ".5"), "ok", "half a second before it");
    check(last_proof.issued_at == NOW - PROOF_WINDOW, "a fraction is rounded down");
    expect_proof(at("iat", PROOF_SKEW, ""), "ok", "ahead by the skew");
    expect_proof(at("iat", PROOF_SKEW + 1, ""), "proof_from_future", "ahead by more");
    expect_proof(proof_with("\"iat\":0"), "proof_expired", "0");
    expect_proof(proof_with("\"iat\":-1"), "proof_expired", "negative");
    expect_proof(proof_with("\"iat\":-9223372036854775807"), "proof_expired", "the least");
    expect_proof(proof_with("\"iat\":9223372036854775807"), "proof_from_future", "the greatest");
    expect_proof(proof_with("\"iat\":1700000000000"), "proof_from_future", "milliseconds");
    expect_proof(proof_with("\"iat\":17e8"), "ok", "with an exponent");
    terms.window = 3600;
    terms.skew = 0;
    expect_proof_by(&terms, at("iat", -3600, ""), "ok", "a window of an hour");
    expect_proof_by(&terms, at("iat", 1, ""), "proof_from_future", "no skew");
}

rule(a_proof_of_before_the_start_is_refused)
{
    okta_proof_terms terms = proof_terms("p256");

    terms.since = NOW - 10;
    expect_proof_by(&terms, at("iat", -11, ""), "proof_before_start", "before");
    expect_proof_by(&terms, at("iat", -11, ".9"), "proof_before_start", "just before");
    expect_proof_by(&terms, at("iat", -10, ""), "ok", "in that second");
    expect_proof_by(&terms, at("iat", -PROOF_WINDOW - 1, ""), "proof_expired", "out of the window");
}

rule(exp_and_nbf_are_held_to)
{
    expect_proof(at("exp", 1, ""), "ok", "exp to come");
    expect_proof(at("exp", 0, ""), "proof_expired", "exp now");
    expect_proof(at("exp", 0, ".9"), "proof_expired", "exp in this second");
    expect_proof(at("exp", -1, ""), "proof_expired", "exp past");
    expect_proof(at("nbf", PROOF_SKEW, ""), "ok", "nbf within the skew");
    expect_proof(at("nbf", PROOF_SKEW, ".1"), "proof_from_future", "nbf a fraction beyond");
    expect_proof(at("nbf", PROOF_SKEW + 1, ""), "proof_from_future", "nbf beyond");
    expect_proof(proof_with("\"nbf\":9223372036854775807"), "proof_from_future", "the greatest");
    expect_proof(proof_with("\"exp\":-9223372036854775807"), "proof_expired", "the least");
    expect_proof(proof_with("\"exp\":null,\"nbf\":null"), "ok", "null is absent");
    expect_proof(proof_with("\"exp\":\"1800000000\""), "proof_claims", "exp a string");
    expect_proof(proof_with("\"nbf\":false"), "proof_claims", "nbf a boolean");
    expect_proof(proof_with("\"exp\":1e300"), "proof_claims", "exp out of range");
}

static bool ids_match(const okta_proof_terms *a_terms, const char *a,
                      const okta_proof_terms *b_terms, const char *b)
{
    okta_proof first;

    expect_proof_by(a_terms, a, "ok", a);
    first = last_proof;
    expect_proof_by(b_terms, b, "ok", b);
    return memcmp(first.id, last_proof.id, sizeof(first.id)) == 0;
}

rule(the_id_is_of_the_key_and_the_jti_alone)
{
    okta_proof_terms p256 = proof_terms("p256"), rsa = proof_terms("rsa"), other = p256;

    other.method = "POST";
    other.url = "https://api.example.com/";
    check(ids_match(&p256, proof_with(""), &p256, proof_with("")), "signed anew");
    check(ids_match(&p256, proof_with(""), &other,
                    proof_with("\"htm\":\"POST\",\"htu\":\"https://api.example.com\"")),
          "for another request");
    check(ids_match(&p256, proof_with(""), &p256, at("iat", -1, "")), "of another second");
    check(ids_match(&p256, proof_with(""), &p256, proof_with_header("\"kid\":\"x\"")),
          "with another header");
    check(ids_match(&rsa, proof_by("rsa", "RS256", "", ""), &rsa, proof_by("rsa", "PS256", "", "")),
          "by another algorithm");
    check(!ids_match(&p256, proof_with(""), &p256, proof_with("\"jti\":\"j2\"")), "another jti");
    check(!ids_match(&p256, proof_with(""), &p256, proof_with("\"jti\":\"J1\"")), "upper case");
    check(!ids_match(&p256, proof_with(""), &rsa, proof_by("rsa", "RS256", "", "")), "another key");
}

rule(a_detail_says_what_differs_and_stays_printable)
{
    check_proof(&(okta_proof_terms){0}, NULL);
    expect_proof(proof_with("\"htm\":\"PO\\u0007ST\\\"\\u00fc\""), "proof_method", "htm");
    check(strstr(last.detail, "PO?ST") && strstr(last.detail, "GET"), "%s", last.detail);
    expect_proof(proof_with("\"htu\":\"https://api.example.com/other?secret\""), "proof_url",
                 "htu");
    check(strstr(last.detail, "/other") && strstr(last.detail, PROOF_URL) &&
              !strstr(last.detail, "secret"),
          "%s", last.detail);
    expect_proof(at("iat", -100, ""), "proof_expired", "iat");
    check(strstr(last.detail, "100 s") && strstr(last.detail, "60 s"), "%s", last.detail);
    expect_proof(proof_with_header("\"alg\":\"\\u001b[1m\""), "proof_algorithm", "alg");
}
