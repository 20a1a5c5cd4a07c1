/* SPDX-License-Identifier: Apache-2.0 */
#include "core/challenge.h"
#include "world.h"

#include <string.h>

/* The second half of test_attacks.c: attacks by claims, types and issuers. */

static char *signed_by_rsa(const char *jose, const char *claims)
{
    return mint_token(world_key("rsa"), "RS256", jose, claims);
}

rule(payloads_that_are_no_object)
{
    static const char *const rows[] = {
        "",
        "[]",
        "[{\"exp\":1}]",
        "\"x\"",
        "1",
        "true",
        "null",
        "{",
        "{}x",
        "{}{}",
        "\xff",
        "exp=1",
        "{\"exp\":NaN}",
        "\xef\xbb\xbf{}",
        "\x1f\x8b\x08",
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_verdict(token_of(rows[i]), "claims_malformed", rows[i]);
}

rule(an_id_token_as_an_access_token)
{
    expect_verdict(token_of(payload("\"nonce\":\"n-0S6_WzA2Mj\"")), "id_token", "nonce");
    expect_verdict(token_of(payload("\"at_hash\":\"x\"")), "id_token", "at_hash");
    expect_verdict(token_of(payload("\"c_hash\":\"x\"")), "id_token", "c_hash");
    expect_verdict(
        signed_by_rsa(header("RS256", "rsa", "\"typ\":\"JWT\""), payload("\"nonce\":\"n\"")),
        "id_token", "typ JWT");
    expect_verdict(token_of(payload("\"aud\":\"0oa1\",\"amr\":[\"pwd\"],\"idp\":\"00o1\"")),
                   "audience_mismatch", "aud is the client");
    check(strstr(last.detail, "ID token"), "%s", last.detail);
}

rule(other_kinds_of_signed_tokens)
{
    static const char *const types[] = {"dpop+jwt",
                                        "logout+jwt",
                                        "secevent+jwt",
                                        "token-introspection+jwt",
                                        "oauth-authz-req+jwt",
                                        "client-authentication+jwt",
                                        "oauth-id-jag+jwt",
                                        "id_token+jwt",
                                        "JWE",
                                        "application/jwt",
                                        "vc+sd-jwt"};

    for (size_t i = 0; i < COUNT_OF(types); i++)
        expect_verdict(
            signed_by_rsa(header("RS256", "rsa", text("\"typ\":\"%s\"", types[i])), payload("")),
            "type_refused", types[i]);
    expect_verdict(
        signed_by_rsa(header("RS256", "rsa", "\"typ\":\"okta-internal-at+jwt\""), payload("")),
        "token_from_org_server", "org server");
    expect_verdict(
        token_of(payload("\"cnf\":{\"jkt\":\"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I\"}")),
        "token_bound", "bound to a DPoP key");
}

typedef struct two_issuers {
    okta_keyset *sets[2];
} two_issuers;

static const char *const issuers[] = {"https://one.example/x", "https://two.example/x"};

static okta_reason find_of_two(void *baton, const char *issuer, okta_keyset **found)
{
    two_issuers *all = baton;

    for (size_t i = 0; i < 2; i++)
        if (strcmp(issuer, issuers[i]) == 0)
            *found = okta_keyset_ref(all->sets[i]);
    return OKTA_OK;
}

rule(one_kid_at_two_issuers)
{
    static const char *const owners[] = {"rsa", "rs256"};
    two_issuers all;
    const okta_keyring keyring = {find_of_two, &all};
    okta_policy policy = world_policy();

    policy.issuers = (okta_strings){2, issuers};
    for (size_t i = 0; i < 2; i++) {
        char *jwks = text("{\"keys\":[%s]}", mint_jwk(world_key(owners[i]), "\"kid\":\"same\","));
        all.sets[i] = okta_keyset_parse(jwks, strlen(jwks), NULL, NULL, NULL, NULL);
    }
    for (size_t signer = 0; signer < 2; signer++) {
        for (size_t claimed = 0; claimed < 2; claimed++) {
            char *token =
                mint_token(world_key(owners[signer]), "RS256", header("RS256", "same", ""),
                           payload(text("\"iss\":\"%s\"", issuers[claimed])));
            okta_claims *claims;
            okta_reason reason =
                okta_verify(&policy, &keyring, token, strlen(token), NULL, &claims, &last);

            check(reason == (signer == claimed ? OKTA_OK : OKTA_SIGNATURE_INVALID),
                  "signed by %zu, in the name of %zu: %s", signer, claimed,
                  okta_reason_tag(reason));
            okta_claims_free(claims);
        }
    }
    okta_keyset_unref(all.sets[0]);
    okta_keyset_unref(all.sets[1]);
}

rule(an_unknown_issuer_is_a_failed_token_not_a_missing_one)
{
    static const char *const strangers[] = {
        "https://evil.example/oauth2/default",
        "https://integrator-1.okta.com.evil.example/oauth2/default", ISSUER "/", ISSUER "/../aus2",
        ""};

    for (size_t i = 0; i < COUNT_OF(strangers); i++) {
        expect_verdict(token_of(payload(text("\"iss\":\"%s\"", strangers[i]))), "issuer_unknown",
                       strangers[i]);
        check(okta_reason_status(last.reason) == 401, "status");
        check(strcmp(okta_reason_error(last.reason), "invalid_token") == 0, "error");
        check(last.reason != OKTA_TOKEN_MISSING, "missing");
    }
}

rule(exp_in_every_costume)
{
    static const struct {
        const char *exp, *tag;
    } rows[] = {
        {"NaN", "claims_malformed"},
        {"Infinity", "claims_malformed"},
        {"-Infinity", "claims_malformed"},
        {"1e400", "claims_malformed"},
        {"1e300", "claims_malformed"},
        {"1.7976931348623157e308", "claims_malformed"},
        {"9223372036854775807", "claims_malformed"},
        {"9223372036854775808", "claims_malformed"},
        {"18446744073709551616", "claims_malformed"},
        {"9007199254740993", "claims_malformed"},
        {"-1", "claims_malformed"},
        {"-1700000000", "claims_malformed"},
        {"-0.001", "claims_malformed"},
        {"\"1800000000\"", "claims_malformed"},
        {"\"never\"", "claims_malformed"},
        {"\"\"", "claims_malformed"},
        {"true", "claims_malformed"},
        {"null", "claim_missing"},
        {"[1800000000]", "claims_malformed"},
        {"{\"v\":1800000000}", "claims_malformed"},
        {"0x6b49d200", "claims_malformed"},
        {"01800000000", "claims_malformed"},
        {"0", "token_expired"},
        {"0.0", "token_expired"},
        {"1e-300", "token_expired"},
        {"-0", "token_expired"},
        {"1699999940", "token_expired"},
        {"1699999940.999", "token_expired"},
        {"1699999941", "ok"},
        {"1800000000", "ok"},
        {"1.8e9", "ok"},
        {"1800000000.5", "ok"},
        {"9007199254740992", "ok"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_verdict(token_of(raw_payload(text("\"exp\":%s", rows[i].exp))), rows[i].tag,
                       rows[i].exp);
    expect_verdict(token_of(raw_payload("\"EXP\":1800000000")), "claim_missing", "EXP");
}

rule(control_characters_and_bad_utf_8_in_claims)
{
    static const char *const refused[] = {
        "\"sub\":\"a\\u0000b\"", "\"a\\u0000\":1",           "\"sub\":\"\xff\"",
        "\"sub\":\"\xc0\xaf\"",  "\"sub\":\"\xed\xa0\x80\"", "\"sub\":\"\\ud800\"",
        "\"sub\":\"a\r\nb\"",    "\"sub\":\"\x01\"",         "\"scp\":[\"a\\u0000\"]",
    };
    char *marked =
        payload("\"aud\":\"a\\r\\nSet-Cookie: x\\u001b[0m\",\"jti\":\"j\\r\\nX: y\\\"\"");

    for (size_t i = 0; i < COUNT_OF(refused); i++)
        expect_verdict(token_of(raw_payload(text("\"x\":1,%s", refused[i]))), "claims_malformed",
                       refused[i]);
    expect_verdict(token_of(marked), "audience_mismatch", "CR and LF");
    check(!strpbrk(last.detail, "\r\n\x1b") && !strpbrk(last.jti, "\r\n\x1b\""), "%s, %s",
          last.detail, last.jti);
    expect_verdict(token_of(payload("\"iss\":\"https://x.example/\\r\\ny\"")), "issuer_unknown",
                   "an issuer with a line feed");
    check(!strpbrk(last.issuer, "\r\n"), "%s", last.issuer);
    for (int i = 0; i < OKTA_REASON_COUNT; i++)
        check(!strpbrk(okta_reason_description((okta_reason)i), "\r\n"), "description %d", i);
}

rule(values_that_hold_the_right_one_as_a_part)
{
    static const char *const clients[] = {"0oa1"};
    static const char *const rows[] = {
        "\"aud\":\"api://default.evil\"",
        "\"aud\":\"https://evil.example/api://default\"",
        "\"aud\":\"api://default,api://other\"",
        "\"aud\":\"api://default api://other\"",
        "\"aud\":[\"[api://default]\"]",
        "\"aud\":[\"api://default \"]",
        "\"cid\":\"0oa1x\"",
        "\"cid\":\"x0oa1\"",
        "\"cid\":\"0oa\"",
        "\"cid\":\"0oa1,0oa2\"",
        "\"iss\":\"" ISSUER "x\"",
        "\"iss\":\"x" ISSUER "\"",
        "\"iss\":\"https://integrator-1.okta.com/oauth2/\"",
    };
    okta_policy policy = world_policy();

    policy.clients = (okta_strings){1, clients};
    check(judge(&policy, token_of(payload(""))) == OKTA_OK, "%s", last.detail);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(judge(&policy, token_of(payload(rows[i]))) != OKTA_OK, "%s", rows[i]);
}

rule(a_verdict_taken_to_another_policy)
{
    static const char *const other_issuer[] = {"https://other.example/x"};
    static const char *const other_value[] = {"other"};
    const okta_keyring keyring = {world_find, NULL};
    okta_policy policy = world_policy(), other;
    char *token = token_of(payload(""));
    okta_claims *claims;

    need(okta_verify(&policy, &keyring, token, strlen(token), NULL, &claims, &last) == OKTA_OK,
         "%s", last.detail);
    check(okta_policy_check(&policy, claims, NOW, NULL, &last) == OKTA_OK, "its own");
    other = policy;
    other.issuers = (okta_strings){1, other_issuer};
    check(okta_policy_check(&other, claims, NOW, NULL, &last) == OKTA_ISSUER_UNKNOWN, "issuer");
    other = policy;
    other.audiences = (okta_strings){1, other_value};
    check(okta_policy_check(&other, claims, NOW, NULL, &last) == OKTA_AUDIENCE_MISMATCH, "aud");
    other = policy;
    other.clients = (okta_strings){1, other_value};
    check(okta_policy_check(&other, claims, NOW, NULL, &last) == OKTA_CLIENT_MISMATCH, "client");
    other = policy;
    other.algorithms = OKTA_ALGORITHM_BIT(OKTA_PS256);
    check(okta_policy_check(&other, claims, NOW, NULL, &last) == OKTA_ALGORITHM_REFUSED, "alg");
    other = policy;
    other.at_jwt_only = true;
    check(okta_policy_check(&other, claims, NOW, NULL, &last) == OKTA_TYPE_REFUSED, "type");
    check(okta_policy_check(&policy, claims, NOW + 7200, NULL, &last) == OKTA_TOKEN_EXPIRED,
          "outliving exp");
    check(okta_policy_check(&policy, claims, NOW, NULL, &last) == OKTA_OK, "and its own again");
    okta_claims_free(claims);
}

rule(what_the_client_is_told_echoes_nothing)
{
    char *token = token_of(payload("\"aud\":\"MARK\",\"sub\":\"MARK\",\"jti\":\"MARK\""));
    okta_policy policy = world_policy();
    char buffer[1024];

    check(judge(&policy, token) == OKTA_AUDIENCE_MISMATCH, "%s", okta_reason_tag(last.reason));
    okta_challenge challenge = {.realm = "r", .reason = last.reason};
    check(okta_challenge_text(&challenge, buffer, sizeof(buffer)) > 0, "fits");
    check(!strstr(buffer, "MARK"), "%s", buffer);
    check(okta_challenge_body(last.reason, okta_reason_description(last.reason), buffer,
                              sizeof(buffer)) > 0,
          "fits");
    check(!strstr(buffer, "MARK"), "%s", buffer);
}
