/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify.h"
#include "world.h"

#include <string.h>

static const struct {
    const char *alg, *kid;
} pairs[] = {{"RS256", "rsa"},  {"RS256", "rs256"}, {"RS384", "rsa"}, {"RS512", "rsa"},
             {"PS256", "rsa"},  {"PS384", "rsa"},   {"PS512", "rsa"}, {"ES256", "p256"},
             {"ES384", "p384"}, {"ES512", "p521"},  {"EdDSA", "ed"}};

rule(sound_tokens_of_every_algorithm_pass)
{
    for (size_t i = 0; i < COUNT_OF(pairs); i++)
        expect_verdict(mint_token(world_key(pairs[i].kid), pairs[i].alg,
                                  header(pairs[i].alg, pairs[i].kid, ""), payload("")),
                       "ok", pairs[i].alg);
}

rule(only_allowed_algorithms_pass)
{
    okta_policy policy = world_policy();

    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        char *token = mint_token(world_key(pairs[i].kid), pairs[i].alg,
                                 header(pairs[i].alg, pairs[i].kid, ""), payload(""));

        policy.algorithms = OKTA_ALGORITHMS_DEFAULT;
        check((judge(&policy, token) == OKTA_OK) == (strcmp(pairs[i].alg, "RS256") == 0),
              "%s by the default list", pairs[i].alg);
        policy.algorithms =
            OKTA_ALGORITHMS_ALL & ~OKTA_ALGORITHM_BIT(okta_algorithm_by_name(pairs[i].alg, 5)->id);
        check(judge(&policy, token) == OKTA_ALGORITHM_REFUSED, "%s taken from the list",
              pairs[i].alg);
    }
}

rule(a_token_signed_by_one_algorithm_and_labeled_another_fails)
{
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        for (size_t j = 0; j < COUNT_OF(pairs); j++) {
            bool rsa = strcmp(pairs[i].kid, "rsa") == 0 && strcmp(pairs[j].kid, "rsa") == 0;
            okta_policy policy = world_policy();

            if (i == j || !rsa)
                continue;
            check(judge(&policy, mint_token(world_key("rsa"), pairs[i].alg,
                                            header(pairs[j].alg, "rsa", ""), payload(""))) ==
                      OKTA_SIGNATURE_INVALID,
                  "%s as %s", pairs[i].alg, pairs[j].alg);
        }
    }
}

rule(any_character_changed_spoils_the_token)
{
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        char *token = mint_token(world_key(pairs[i].kid), pairs[i].alg,
                                 header(pairs[i].alg, pairs[i].kid, ""), payload(""));
        okta_policy policy = world_policy();
        size_t length = strlen(token);

        for (size_t at = 0; at < length; at += 7) {
            char before = token[at];
            token[at] = before == 'A' ? 'B' : 'A';
            check(judge(&policy, token) != OKTA_OK, "%s, character %zu", pairs[i].alg, at);
            token[at] = before;
        }
        check(judge(&policy, token) == OKTA_OK, "%s at last", pairs[i].alg);
    }
}

rule(any_cut_spoils_the_token)
{
    char *token = token_of(payload(""));
    okta_policy policy = world_policy();

    for (size_t length = 0; length < strlen(token); length += 3)
        check(judge(&policy, text("%.*s", (int)length, token)) != OKTA_OK, "cut to %zu", length);
}

rule(each_reason_is_reached_and_precise)
{
    const struct {
        const char *name, *token, *tag;
    } rows[] = {
        {"no dots", "opaque", "token_malformed"},
        {"five parts", "a.b.c.d.e", "token_encrypted"},
        {"header is no JSON", "AAAA.e30.AA", "header_malformed"},
        {"crit", token_with_header(header("RS256", "rsa", "\"crit\":[\"x\"],\"x\":1")),
         "header_critical"},
        {"typ", token_with_header(header("RS256", "rsa", "\"typ\":\"dpop+jwt\"")), "type_refused"},
        {"org typ",
         token_with_header(header("RS256", "rsa", "\"typ\":\"application/okta-internal-at+jwt\"")),
         "token_from_org_server"},
        {"HS256", token_with_header(header("HS256", "rsa", "")), "algorithm_refused"},
        {"payload is no object", token_of("[]"), "claims_malformed"},
        {"no iss", token_of("{\"exp\":1800000000}"), "claim_missing"},
        {"iss is a number", token_of("{\"iss\":1,\"exp\":1800000000}"), "claims_malformed"},
        {"another iss", token_of(payload("\"iss\":\"https://evil.example/oauth2/x\"")),
         "issuer_unknown"},
        {"org iss", token_of(payload("\"iss\":\"https://integrator-1.okta.com\"")),
         "token_from_org_server"},
        {"unknown kid", token_with_header(header("RS256", "nobody", "")), "kid_unknown"},
        {"empty kid", token_with_header(header("RS256", "", "")), "kid_unknown"},
        {"no kid, two keys", token_with_header("{\"alg\":\"RS256\"}"), "key_ambiguous"},
        {"kid of another type", token_with_header(header("RS256", "p256", "")), "key_mismatch"},
        {"kid of another alg", token_with_header(header("PS256", "rs256", "")), "key_mismatch"},
        {"another's signature",
         mint_token(world_key("rs256"), "RS256", header("RS256", "rsa", ""), payload("")),
         "signature_invalid"},
        {"exp is a string", token_of(payload("\"exp\":\"1800000000\"")), "claims_malformed"},
        {"no exp", token_of(payload("\"exp\":\"(absent)\"")), "claim_missing"},
        {"ID token", token_of(payload("\"nonce\":\"n\"")), "id_token"},
        {"bound", token_of(payload("\"cnf\":{\"jkt\":\"x\"}")), "token_bound"},
        {"aud", token_of(payload("\"aud\":\"api://other\"")), "audience_mismatch"},
        {"expired", token_of(payload("\"exp\":1600000000")), "token_expired"},
        {"not yet", token_of(payload("\"nbf\":1800000000")), "token_not_yet_valid"},
        {"future", token_of(payload("\"iat\":1800000000")), "token_from_future"},
        {"sound", token_of(payload("")), "ok"},
        {"sound, typed", token_with_header(header("RS256", "rsa", "\"typ\":\"at+jwt\"")), "ok"},
        {"sound, no kid, one key",
         mint_token(world_key("ed"), "EdDSA", "{\"alg\":\"EdDSA\"}", payload("")), "ok"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_verdict(rows[i].token, rows[i].tag, rows[i].name);
}

rule(a_refusal_says_whose_token_it_was)
{
    expect_verdict(token_with_header(header("RS256", "nobody", "")), "kid_unknown", "kid");
    check(strcmp(last.kid, "nobody") == 0, "%s", last.kid);
    check(strcmp(last.issuer, ISSUER) == 0, "%s", last.issuer);
    check(strcmp(last.jti, "AT.1") == 0, "%s", last.jti);
    expect_verdict(token_with_header(header("HS256", "k", "")), "algorithm_refused", "alg");
    check(strcmp(last.issuer, ISSUER) == 0 && strcmp(last.jti, "AT.1") == 0, "%s, %s", last.issuer,
          last.jti);
    expect_verdict(token_of(payload("\"jti\":\"a\\r\\nb\\\"\",\"exp\":1600000000")),
                   "token_expired", "jti");
    check(strcmp(last.jti, "a??b?") == 0, "%s", last.jti);
}

rule(size_is_checked_before_anything_else)
{
    okta_policy policy = world_policy();
    char *token = token_of(payload(""));

    policy.max_token_bytes = strlen(token);
    check(judge(&policy, token) == OKTA_OK, "at the cap");
    policy.max_token_bytes--;
    check(judge(&policy, token) == OKTA_TOKEN_TOO_LARGE, "beyond it");
    check(judge(&policy, repeat(".", 100000)) == OKTA_TOKEN_TOO_LARGE, "dots");
}

static okta_reason no_keys(void *baton, const char *issuer, okta_keyset **keys)
{
    ++*(int *)baton;
    (void)issuer;
    (void)keys;
    return OKTA_KEYS_UNAVAILABLE;
}

rule(missing_keys_are_no_fault_of_the_token)
{
    okta_policy policy = world_policy();
    int asked = 0;
    okta_keyring keyring = {no_keys, &asked};
    okta_claims *claims = (okta_claims *)&asked;
    okta_result result;
    char *token = token_of(payload(""));

    check(okta_verify(&policy, &keyring, token, strlen(token), NULL, &claims, &result) ==
              OKTA_KEYS_UNAVAILABLE,
          "%s", result.detail);
    check(asked == 1, "asked %d times", asked);
    check(!claims, "claims");
    check(okta_reason_status(result.reason) == 503, "status");
    check(strcmp(result.issuer, ISSUER) == 0, "%s", result.issuer);
    token = token_of(payload("\"iss\":\"https://evil.example/x\""));
    okta_verify(&policy, &keyring, token, strlen(token), NULL, &claims, &result);
    check(asked == 1, "keys of a stranger were asked for");
}

typedef struct steps {
    size_t count;
    okta_check checks[OKTA_CHECK_COUNT * 2];
    okta_reason reasons[OKTA_CHECK_COUNT * 2];
    bool silent;
    char details[OKTA_CHECK_COUNT * 2][64];
} steps;

static void note_step(void *baton, okta_check done, const okta_result *result)
{
    steps *seen = baton;

    seen->checks[seen->count] = done;
    seen->reasons[seen->count] = result->reason;
    seen->silent = seen->silent || !result->detail[0];
    okta_text_copy(seen->details[seen->count++], sizeof(seen->details[0]), result->detail,
                   strlen(result->detail));
}

static steps traced(const char *token)
{
    steps seen = {0};
    const okta_trace trace = {note_step, &seen};
    const okta_keyring keyring = {world_find, NULL};
    okta_policy policy = world_policy();
    okta_claims *claims;

    if (okta_verify(&policy, &keyring, token, strlen(token), &trace, &claims, &last) == OKTA_OK)
        okta_policy_check(&policy, claims, NOW, &trace, &last);
    okta_claims_free(claims);
    return seen;
}

/* those of a token that is not encrypted */
#define SIGNED_CHECKS (OKTA_CHECK_PROOF - OKTA_CHECK_SHAPE)

rule(a_trace_walks_all_checks_in_order)
{
    steps seen = traced(token_of(payload("")));

    check(seen.count == SIGNED_CHECKS, "%zu steps", seen.count);
    for (size_t i = 0; i < seen.count; i++)
        check(seen.checks[i] == (okta_check)(OKTA_CHECK_SHAPE + i) && seen.reasons[i] == OKTA_OK,
              "step %zu: %s, %s", i, okta_check_name(seen.checks[i]),
              okta_reason_tag(seen.reasons[i]));
    check(!seen.silent, "a check said nothing");
    check(last.reason == OKTA_OK && !last.detail[0], "%s", last.detail);
    seen = traced(token_of(payload("\"nbf\":1,\"aud\":[\"api://default\",\"b\"]")));
    check(seen.count == SIGNED_CHECKS && !seen.silent, "%zu steps", seen.count);
    seen = traced(mint_token(world_key("ed"), "EdDSA", "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\"}",
                             payload("\"cid\":\"(absent)\",\"iat\":\"(absent)\"")));
    check(seen.count == SIGNED_CHECKS && !seen.silent, "%zu steps", seen.count);
    seen = traced(mint_token(world_key("ed"), "EdDSA", "{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}",
                             payload("\"aud\":\"api://default\"")));
    check(seen.count == SIGNED_CHECKS && !seen.silent, "%zu steps", seen.count);
}

rule(a_trace_says_what_was_found)
{
    const struct {
        const char *token;
        okta_check check;
        const char *detail;
    } rows[] = {
        {token_of(payload("")), OKTA_CHECK_TYPE, "typ is absent"},
        {token_with_header(header("RS256", "rsa", "\"typ\":\"JWT\"")), OKTA_CHECK_TYPE,
         "typ is JWT"},
        {token_with_header(header("RS256", "rsa", "\"typ\":\"application/at+jwt\"")),
         OKTA_CHECK_TYPE, "typ is at+jwt"},
        {token_of(payload("")), OKTA_CHECK_NOT_BEFORE, "nbf is absent"},
        {token_of(payload("\"nbf\":1")), OKTA_CHECK_NOT_BEFORE, "nbf 1"},
        {token_of(payload("\"iat\":\"(absent)\"")), OKTA_CHECK_ISSUED_AT, "iat is absent"},
        {token_of(payload("\"iat\":1")), OKTA_CHECK_ISSUED_AT, "iat 1"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        steps seen = traced(rows[i].token);
        const char *detail = seen.details[rows[i].check - OKTA_CHECK_SHAPE];

        check(strcmp(detail, rows[i].detail) == 0, "%s, not %s", detail, rows[i].detail);
    }
}

rule(a_trace_ends_at_the_refusal)
{
    const struct {
        const char *token;
        okta_check stop;
    } rows[] = {
        {"x", OKTA_CHECK_SHAPE},
        {"AAAA.e30.AA", OKTA_CHECK_HEADER},
        {token_with_header(header("RS256", "rsa", "\"typ\":\"x\"")), OKTA_CHECK_TYPE},
        {token_with_header(header("none", "rsa", "")), OKTA_CHECK_ALGORITHM},
        {token_of("[]"), OKTA_CHECK_PAYLOAD},
        {token_of("{}"), OKTA_CHECK_ISSUER},
        {token_with_header(header("RS256", "?", "")), OKTA_CHECK_KEY},
        {mint_token(world_key("rs256"), "RS256", header("RS256", "rsa", ""), payload("")),
         OKTA_CHECK_SIGNATURE},
        {token_of(payload("\"exp\":{}")), OKTA_CHECK_CLAIMS},
        {token_of(payload("\"nonce\":1")), OKTA_CHECK_KIND},
        {token_of(payload("\"cnf\":1")), OKTA_CHECK_BINDING},
        {token_of(payload("\"aud\":[]")), OKTA_CHECK_AUDIENCE},
        {token_of(payload("\"exp\":1")), OKTA_CHECK_EXPIRY},
        {token_of(payload("\"nbf\":1800000000")), OKTA_CHECK_NOT_BEFORE},
        {token_of(payload("\"iat\":1800000000")), OKTA_CHECK_ISSUED_AT},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        steps seen = traced(rows[i].token);

        need(seen.count > 0, "row %zu", i);
        check(seen.count == (size_t)(rows[i].stop - OKTA_CHECK_SHAPE) + 1, "row %zu: %zu steps", i,
              seen.count);
        check(seen.checks[seen.count - 1] == rows[i].stop, "row %zu stopped at %s", i,
              okta_check_name(seen.checks[seen.count - 1]));
        check(seen.reasons[seen.count - 1] > OKTA_OK, "row %zu", i);
    }
}

rule(checks_have_names_of_their_own)
{
    for (int i = 0; i < OKTA_CHECK_COUNT; i++) {
        need(okta_check_name((okta_check)i), "check %d", i);
        for (int j = 0; j < i; j++)
            check(strcmp(okta_check_name((okta_check)i), okta_check_name((okta_check)j)) != 0, "%s",
                  okta_check_name((okta_check)i));
    }
    check(strcmp(okta_check_name(OKTA_CHECK_COUNT), "unknown") == 0, "beyond");
    check(strcmp(okta_check_name((okta_check)-1), "unknown") == 0, "below");
}

static okta_reason signature_alone(const char *token, okta_algorithm_set algorithms)
{
    return okta_verify_signature(algorithms, world_keys(), exact(token, strlen(token)),
                                 strlen(token), NULL, &last);
}

rule(a_signature_is_verified_over_any_payload)
{
    static const char *const payloads[] = {
        "", "text", "[]", "{\"exp\":1}", "\xff\xfe", "{\"iss\":\"x\",\"iss\":\"y\"}"};

    for (size_t i = 0; i < COUNT_OF(payloads); i++) {
        char *token = mint_token(world_key("ed"), "EdDSA", header("EdDSA", "ed", "\"typ\":\"x\""),
                                 payloads[i]);

        check(signature_alone(token, OKTA_ALGORITHMS_ALL) == OKTA_OK, "%s: %s", payloads[i],
              last.detail);
        check(signature_alone(token, OKTA_ALGORITHMS_DEFAULT) == OKTA_ALGORITHM_REFUSED, "%s",
              payloads[i]);
        token = mint_token(world_key("ed"), "EdDSA", header("EdDSA", "rsa", ""), payloads[i]);
        check(signature_alone(token, OKTA_ALGORITHMS_ALL) == OKTA_KEY_MISMATCH, "%s", payloads[i]);
        token = mint_token(world_key("rsa"), "RS256", header("RS256", "rs256", ""), payloads[i]);
        check(signature_alone(token, OKTA_ALGORITHMS_ALL) == OKTA_SIGNATURE_INVALID, "%s",
              payloads[i]);
    }
    check(signature_alone(token_of(repeat("x", 100000)), OKTA_ALGORITHMS_ALL) == OKTA_OK, "%s",
          last.detail);
}

rule(without_a_kid_a_key_has_to_serve)
{
    char *jwks = text("{\"keys\":[%s]}", mint_jwk(world_key("p256"), ""));
    okta_keyset *keys = okta_keyset_parse(jwks, strlen(jwks), NULL, NULL, NULL, NULL);
    char *other = mint_token(world_key("ed"), "EdDSA", "{\"alg\":\"EdDSA\"}", "x");
    char *own = mint_token(world_key("p256"), "ES256", "{\"alg\":\"ES256\"}", "x");

    need(keys, "sound");
    check(okta_verify_signature(OKTA_ALGORITHMS_ALL, keys, other, strlen(other), NULL, &last) ==
              OKTA_KEY_MISMATCH,
          "%s", okta_reason_tag(last.reason));
    check(strstr(last.detail, "any key of the issuer"), "%s", last.detail);
    check(okta_verify_signature(OKTA_ALGORITHMS_ALL, keys, own, strlen(own), NULL, &last) ==
              OKTA_OK,
          "%s", last.detail);
    okta_keyset_unref(keys);
}

/* Headers repeat, and what was read once may be remembered; whatever is, means no more than that.
 */
rule(each_token_is_judged_by_its_own_header)
{
    const struct {
        const char *name, *token, *tag;
    } rows[] = {
        {"good", token_with_header(header("RS256", "rsa", "")), "ok"},
        {"alg none", token_with_header(header("none!", "rsa", "")), "algorithm_refused"},
        {"another key", token_with_header(header("RS256", "ras", "")), "kid_unknown"},
        {"another alg", token_with_header(header("RS384", "rsa", "")), "signature_invalid"},
        {"crit", token_with_header(header("RS256", "rsa", "\"crit\":[]")), "header_critical"},
        {"typed", token_with_header(header("RS256", "rsa", "\"typ\":\"JWT\"")), "ok"},
        {"mistyped", token_with_header(header("RS256", "rsa", "\"typ\":\"JWX\"")), "type_refused"},
        {"no kid", token_with_header("{\"alg\":\"RS256\"}"), "key_ambiguous"},
        {"an empty kid", token_with_header(header("RS256", "", "")), "kid_unknown"},
        {"a long kid", token_with_header(header("RS256", repeat("k", 100), "")), "kid_unknown"},
        {"a kid too long to remember", token_with_header(header("RS256", repeat("k", 300), "")),
         "kid_unknown"},
        {"a kid's beginning", token_with_header(header("RS256", "rs", "")), "kid_unknown"},
        {"a kid and more", token_with_header(header("RS256", "rsa2", "")), "kid_unknown"},
        {"twice", token_with_header("{\"alg\":\"RS256\",\"kid\":\"rsa\",\"kid\":\"rsa\"}"),
         "header_malformed"},
        {"empty", ".e30.AA", "header_malformed"},
        {"long", token_with_header(header("RS256", "rsa", text("\"x\":\"%s\"", repeat("x", 300)))),
         "ok"},
        {"EdDSA", mint_token(world_key("ed"), "EdDSA", "{\"alg\":\"EdDSA\"}", payload("")), "ok"},
    };

    for (size_t before = 0; before < COUNT_OF(rows); before++) {
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            expect_verdict(rows[before].token, rows[before].tag, rows[before].name);
            expect_verdict(rows[i].token, rows[i].tag,
                           text("%s after %s", rows[i].name, rows[before].name));
            expect_verdict(rows[i].token, rows[i].tag, text("%s again", rows[i].name));
        }
    }
    expect_verdict(rows[0].token, "ok", "good");
    check(!*last.kid || strcmp(last.kid, "rsa") == 0, "kid %s", last.kid);
    expect_verdict(token_of(payload("\"exp\":1")), "token_expired", "expired");
    check(strcmp(last.kid, "rsa") == 0, "the kid of a refusal is \"%s\"", last.kid);
}

/* Of one length, alike but for an end. */
rule(long_kids_are_told_apart_at_their_ends)
{
    const char *const kids[] = {text("a%sa", repeat("k", 98)), text("a%sb", repeat("k", 98)),
                                text("b%sa", repeat("k", 98)), repeat("k", 100)};
    static const char *const keys[] = {"rsa", "rs256", "", ""};
    char *first = mint_jwk(world_key("rsa"), text("\"kid\":\"%s\",", kids[0]));
    char *second = mint_jwk(world_key("rs256"), text("\"kid\":\"%s\",", kids[1]));
    char *jwks = text("{\"keys\":[%s,%s]}", first, second);
    okta_keyset *set = okta_keyset_parse(jwks, strlen(jwks), NULL, NULL, NULL, NULL);

    need(set, "sound");
    for (int round = 0; round < 2; round++)
        for (size_t kid = 0; kid < COUNT_OF(kids); kid++)
            for (size_t key = 0; key < 2; key++) {
                char *token =
                    mint_token(world_key(keys[key]), "RS256", header("RS256", kids[kid], ""), "x");
                okta_reason wanted = kid == key    ? OKTA_OK
                                     : !*keys[kid] ? OKTA_KID_UNKNOWN
                                                   : OKTA_SIGNATURE_INVALID;

                for (int again = 0; again < 2; again++)
                    check(okta_verify_signature(OKTA_ALGORITHMS_ALL, set, token, strlen(token),
                                                NULL, &last) == wanted,
                          "kid %zu, key %zu: %s", kid, key, okta_reason_tag(last.reason));
            }
    okta_keyset_unref(set);
}

rule(a_remembered_header_is_judged_by_each_policy)
{
    okta_policy policy = world_policy();
    char *token = token_with_header(header("RS256", "rsa", "\"typ\":\"JWT\""));

    for (int i = 0; i < 3; i++) {
        policy = world_policy();
        check(judge(&policy, token) == OKTA_OK, "%s", last.detail);
        policy.at_jwt_only = true;
        check(judge(&policy, token) == OKTA_TYPE_REFUSED, "%s", okta_reason_tag(last.reason));
        policy = world_policy();
        policy.algorithms = OKTA_ALGORITHM_BIT(OKTA_ES256);
        check(judge(&policy, token) == OKTA_ALGORITHM_REFUSED, "%s", okta_reason_tag(last.reason));
    }
}
