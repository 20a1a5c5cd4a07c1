/* SPDX-License-Identifier: Apache-2.0 */
#include "core/policy.h"
#include "world.h"

#include <string.h>

static okta_claims *make(const char *json, okta_type type)
{
    okta_result result;
    okta_claims *claims = world_claims(json, type, &result);

    need(claims, "%s: %s", json, result.detail);
    return claims;
}

static okta_reason check_at(const okta_policy *policy, const char *json, okta_type type,
                            int64_t now)
{
    okta_claims *claims = make(json, type);
    okta_reason reason;

    okta_result_init(&last);
    reason = okta_policy_check(policy, claims, now, NULL, &last);
    check(reason == last.reason, "returned %d, noted %d", (int)reason, (int)last.reason);
    check(reason == OKTA_OK || last.detail[0], "%s without a detail", okta_reason_tag(reason));
    okta_claims_free(claims);
    return reason;
}

static void expect(const char *members, okta_reason expected)
{
    okta_policy policy = world_policy();
    okta_reason reason = check_at(&policy, payload(members), OKTA_TYPE_ABSENT, NOW);

    check(reason == expected, "%s: %s (%s)", members, okta_reason_tag(reason), last.detail);
}

rule(the_token_ends_at_exp_plus_skew)
{
    static const struct {
        int64_t exp, skew;
        okta_reason reason;
    } rows[] = {
        {NOW + 1, 0, OKTA_OK},
        {NOW, 0, OKTA_TOKEN_EXPIRED},
        {NOW - 1, 0, OKTA_TOKEN_EXPIRED},
        {NOW - 59, 60, OKTA_OK},
        {NOW - 60, 60, OKTA_TOKEN_EXPIRED},
        {NOW - 61, 60, OKTA_TOKEN_EXPIRED},
        {NOW - 599, 600, OKTA_OK},
        {NOW - 600, 600, OKTA_TOKEN_EXPIRED},
        {0, 600, OKTA_TOKEN_EXPIRED},
        {(int64_t)1 << 53, 600, OKTA_OK},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_policy policy = world_policy();

        policy.skew = rows[i].skew;
        okta_reason reason = check_at(
            &policy, payload(text("\"exp\":%lld", (long long)rows[i].exp)), OKTA_TYPE_ABSENT, NOW);
        check(reason == rows[i].reason, "row %zu: %s", i, okta_reason_tag(reason));
    }
}

rule(exp_is_required)
{
    expect("\"exp\":\"(absent)\"", OKTA_CLAIM_MISSING);
}

rule(fractions_never_lengthen_a_token)
{
    okta_policy policy = world_policy();

    policy.skew = 0;
    check(check_at(&policy, raw_payload(text("\"exp\":%lld.999", (long long)NOW)), OKTA_TYPE_ABSENT,
                   NOW) == OKTA_TOKEN_EXPIRED,
          "exp rounds down");
    check(check_at(&policy,
                   raw_payload(
                       text("\"exp\":%lld,\"nbf\":%lld.001", (long long)NOW + 9, (long long)NOW)),
                   OKTA_TYPE_ABSENT, NOW) == OKTA_TOKEN_NOT_YET_VALID,
          "nbf rounds up");
    check(check_at(&policy,
                   raw_payload(
                       text("\"exp\":%lld,\"iat\":%lld.999", (long long)NOW + 9, (long long)NOW)),
                   OKTA_TYPE_ABSENT, NOW) == OKTA_OK,
          "iat rounds down");
}

rule(nbf_and_iat_may_be_ahead_by_the_skew)
{
    static const struct {
        int64_t ahead, skew;
        bool good;
    } rows[] = {{0, 0, true},    {1, 0, false},    {-1, 0, true},    {60, 60, true},
                {61, 60, false}, {600, 600, true}, {601, 600, false}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_policy policy = world_policy();
        long long when = (long long)(NOW + rows[i].ahead);
        okta_reason nbf, iat;

        policy.skew = rows[i].skew;
        nbf = check_at(&policy, payload(text("\"nbf\":%lld", when)), OKTA_TYPE_ABSENT, NOW);
        iat = check_at(&policy, payload(text("\"iat\":%lld", when)), OKTA_TYPE_ABSENT, NOW);
        check(nbf == (rows[i].good ? OKTA_OK : OKTA_TOKEN_NOT_YET_VALID), "row %zu, nbf", i);
        check(iat == (rows[i].good ? OKTA_OK : OKTA_TOKEN_FROM_FUTURE), "row %zu, iat", i);
    }
    expect("\"iat\":\"(absent)\"", OKTA_OK);
    expect("\"nbf\":0,\"iat\":0", OKTA_OK);
}

rule(leeway_does_not_overflow_at_either_end_of_time)
{
    static const int64_t moments[] = {0, 1, 599, INT64_MAX, INT64_MAX - 600, (int64_t)1 << 53};
    okta_policy policy = world_policy();

    policy.skew = OKTA_SKEW_MAX;
    for (size_t i = 0; i < COUNT_OF(moments); i++) {
        okta_reason late = check_at(&policy, raw_payload("\"exp\":9007199254740992"),
                                    OKTA_TYPE_ABSENT, moments[i]);
        okta_reason early = check_at(&policy, raw_payload("\"exp\":0,\"nbf\":9007199254740992"),
                                     OKTA_TYPE_ABSENT, moments[i]);
        okta_reason future =
            check_at(&policy, raw_payload("\"exp\":9007199254740992,\"iat\":9007199254740992"),
                     OKTA_TYPE_ABSENT, moments[i]);
        bool ended = moments[i] > ((int64_t)1 << 53) + 600;

        check(late == (ended ? OKTA_TOKEN_EXPIRED : OKTA_OK), "row %zu: %s", i,
              okta_reason_tag(late));
        check(early == (moments[i] < 600 ? OKTA_TOKEN_NOT_YET_VALID : OKTA_TOKEN_EXPIRED),
              "row %zu: %s", i, okta_reason_tag(early));
        check(future != OKTA_UNSET && (future == OKTA_OK) == (moments[i] == (int64_t)1 << 53),
              "row %zu: %s", i, okta_reason_tag(future));
    }
}

rule(iss_is_exact)
{
    static const struct {
        const char *iss;
        okta_reason reason;
    } rows[] = {
        {"\"" ISSUER "\"", OKTA_OK},
        {"\"" ISSUER "/\"", OKTA_ISSUER_UNKNOWN},
        {"\"https://integrator-1.okta.com/oauth2/defaul\"", OKTA_ISSUER_UNKNOWN},
        {"\"https://INTEGRATOR-1.okta.com/oauth2/default\"", OKTA_ISSUER_UNKNOWN},
        {"\"HTTPS://integrator-1.okta.com/oauth2/default\"", OKTA_ISSUER_UNKNOWN},
        {"\"http://integrator-1.okta.com/oauth2/default\"", OKTA_ISSUER_UNKNOWN},
        {"\"https://integrator-1.okta.com:443/oauth2/default\"", OKTA_ISSUER_UNKNOWN},
        {"\" " ISSUER "\"", OKTA_ISSUER_UNKNOWN},
        {"\"" ISSUER "?\"", OKTA_ISSUER_UNKNOWN},
        {"\"https://evil.example/oauth2/default\"", OKTA_ISSUER_UNKNOWN},
        {"\"\"", OKTA_ISSUER_UNKNOWN},
        {"\"/\"", OKTA_ISSUER_UNKNOWN},
        {"\"(absent)\"", OKTA_CLAIM_MISSING},
        {"\"https://integrator-1.okta.com\"", OKTA_TOKEN_FROM_ORG_SERVER},
        {"\"https://integrator-1.okta.com/\"", OKTA_TOKEN_FROM_ORG_SERVER},
        {"\"https://other.okta.com\"", OKTA_TOKEN_FROM_ORG_SERVER},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect(text("\"iss\":%s", rows[i].iss), rows[i].reason);
}

rule(a_stranger_is_told_apart_for_the_operator)
{
    expect("\"iss\":\"" ISSUER "/\"", OKTA_ISSUER_UNKNOWN);
    check(strstr(last.detail, "trailing slash"), "%s", last.detail);
    check(strstr(last.detail, ISSUER), "%s", last.detail);
    check(strcmp(last.issuer, ISSUER "/") == 0 && strcmp(last.jti, "AT.1") == 0, "%s, %s",
          last.issuer, last.jti);
    expect("\"iss\":\"https://evil.example/x\"", OKTA_ISSUER_UNKNOWN);
    check(!strstr(last.detail, "slash"), "%s", last.detail);
    expect("\"iss\":\"" ISSUER "s\"", OKTA_ISSUER_UNKNOWN);
    check(!strstr(last.detail, "slash"), "%s", last.detail);
    expect("\"iss\":\"" ISSUER "/s\"", OKTA_ISSUER_UNKNOWN);
    check(!strstr(last.detail, "slash"), "%s", last.detail);
    expect("\"iss\":\"https://integrator-1.okta.com/oauth2/defaul\"", OKTA_ISSUER_UNKNOWN);
    check(!strstr(last.detail, "slash"), "%s", last.detail);
}

rule(a_configured_slash_is_named_too)
{
    static const char *const issuers[] = {"https://a.example/x", ISSUER "/"};
    okta_policy policy = world_policy();

    policy.issuers = (okta_strings){2, issuers};
    check(check_at(&policy, payload(""), OKTA_TYPE_ABSENT, NOW) == OKTA_ISSUER_UNKNOWN, "slash");
    check(strstr(last.detail, "trailing slash"), "%s", last.detail);
    policy.issuers = (okta_strings){0, NULL};
    check(check_at(&policy, payload(""), OKTA_TYPE_ABSENT, NOW) == OKTA_ISSUER_UNKNOWN,
          "no issuer accepts nothing");
}

rule(an_org_issuer_has_no_path)
{
    static const struct {
        const char *iss;
        bool org;
    } rows[] = {{"https://a.okta.com", true},
                {"https://a.okta.com/", true},
                {"https://a.okta.com/oauth2", false},
                {"https://a.okta.com//", false},
                {"https://", false},
                {"http://a.okta.com", false},
                {"", false},
                {"https:/", false},
                {"a.okta.com", false}};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(okta_is_org_issuer(exact(rows[i].iss, strlen(rows[i].iss)), strlen(rows[i].iss)) ==
                  rows[i].org,
              "%s", rows[i].iss);
}

rule(aud_holds_one_of_the_accepted)
{
    static const struct {
        const char *aud;
        okta_reason reason;
    } rows[] = {
        {"\"api://default\"", OKTA_OK},
        {"[\"api://default\"]", OKTA_OK},
        {"[\"x\",\"api://default\",\"y\"]", OKTA_OK},
        {"\"api://defaul\"", OKTA_AUDIENCE_MISMATCH},
        {"\"api://default/\"", OKTA_AUDIENCE_MISMATCH},
        {"\"API://default\"", OKTA_AUDIENCE_MISMATCH},
        {"\"x api://default\"", OKTA_AUDIENCE_MISMATCH},
        {"\"api://default other\"", OKTA_AUDIENCE_MISMATCH},
        {"[\"x api://default\"]", OKTA_AUDIENCE_MISMATCH},
        {"[]", OKTA_AUDIENCE_MISMATCH},
        {"\"\"", OKTA_AUDIENCE_MISMATCH},
        {"\"(absent)\"", OKTA_AUDIENCE_MISMATCH},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect(text("\"aud\":%s", rows[i].aud), rows[i].reason);
}

rule(an_aud_mismatch_says_what_was_found_and_what_would_do)
{
    expect("\"aud\":\"0oa9\"", OKTA_AUDIENCE_MISMATCH);
    check(strstr(last.detail, "\"0oa9\" (a client id: is this an ID token?)"), "%s", last.detail);
    check(strstr(last.detail, "expected \"api://default\""), "%s", last.detail);
    expect("\"aud\":\"mine\",\"cid\":\"mine\"", OKTA_AUDIENCE_MISMATCH);
    check(strstr(last.detail, "a client id"), "%s", last.detail);
    expect("\"aud\":[\"a\",\"b\",\"c\"]", OKTA_AUDIENCE_MISMATCH);
    check(strstr(last.detail, "\"a\" and 2 more"), "%s", last.detail);
    expect("\"aud\":[\"a\",\"b\"]", OKTA_AUDIENCE_MISMATCH);
    check(strstr(last.detail, "\"a\" and 1 more"), "%s", last.detail);
    expect("\"aud\":[\"a\"]", OKTA_AUDIENCE_MISMATCH);
    check(strstr(last.detail, "aud is \"a\"; expected"), "%s", last.detail);
    expect("\"aud\":\"api://other\"", OKTA_AUDIENCE_MISMATCH);
    check(strstr(last.detail, "aud is \"api://other\"; expected"), "%s", last.detail);
    expect("\"aud\":\"api://other\",\"cid\":\"(absent)\"", OKTA_AUDIENCE_MISMATCH);
    check(!strstr(last.detail, "client id"), "%s", last.detail);
    expect("\"aud\":[]", OKTA_AUDIENCE_MISMATCH);
    check(strstr(last.detail, "empty"), "%s", last.detail);
    expect("\"aud\":\"(absent)\"", OKTA_AUDIENCE_MISMATCH);
    check(strstr(last.detail, "absent"), "%s", last.detail);
}

rule(long_values_and_lists_are_cut_in_messages)
{
    static const char *items[40];
    okta_policy policy = world_policy();

    for (size_t i = 0; i < COUNT_OF(items); i++)
        items[i] = text("api://%zu/%s", i, repeat("a", i * 7));
    policy.audiences = (okta_strings){COUNT_OF(items), items};
    policy.issuers = (okta_strings){COUNT_OF(items), items};
    check(check_at(&policy, payload(text("\"iss\":\"%s\"", repeat("i", 5000))), OKTA_TYPE_ABSENT,
                   NOW) == OKTA_ISSUER_UNKNOWN,
          "iss");
    check(strlen(last.detail) < sizeof(last.detail), "cut");
    policy.issuers = world_policy().issuers;
    check(check_at(&policy, payload(text("\"aud\":\"%s\"", repeat("a", 5000))), OKTA_TYPE_ABSENT,
                   NOW) == OKTA_AUDIENCE_MISMATCH,
          "aud");
    check(check_at(&policy,
                   payload(text("\"aud\":[\"%s\",\"b\"],\"jti\":\"%s\"", repeat("\\\"", 500),
                                repeat("j", 500))),
                   OKTA_TYPE_ABSENT, NOW) == OKTA_AUDIENCE_MISMATCH,
          "quotes");
    check(strlen(last.jti) == sizeof(last.jti) - 1, "%zu", strlen(last.jti));
}

rule(several_accepted_values_each_do)
{
    static const char *const issuers[] = {"https://a.example/x", ISSUER};
    static const char *const audiences[] = {"other", "api://default"};
    okta_policy policy = world_policy();

    policy.issuers = (okta_strings){2, issuers};
    policy.audiences = (okta_strings){2, audiences};
    check(check_at(&policy, payload(""), OKTA_TYPE_ABSENT, NOW) == OKTA_OK, "%s", last.detail);
    check(check_at(&policy, payload("\"iss\":\"https://a.example/x\",\"aud\":[\"other\"]"),
                   OKTA_TYPE_ABSENT, NOW) == OKTA_OK,
          "%s", last.detail);
    policy.audiences = (okta_strings){0, NULL};
    check(check_at(&policy, payload(""), OKTA_TYPE_ABSENT, NOW) == OKTA_AUDIENCE_MISMATCH,
          "no audience accepts nothing");
}

rule(the_client_is_the_first_of_cid_client_id_azp)
{
    static const char *const clients[] = {"0oa1", "0oa2"};
    static const struct {
        const char *members;
        bool good;
    } rows[] = {
        {"", true},
        {"\"cid\":\"0oa2\"", true},
        {"\"cid\":\"0oa3\"", false},
        {"\"cid\":\"0oa1x\"", false},
        {"\"cid\":\"0OA1\"", false},
        {"\"cid\":\"\"", false},
        {"\"cid\":\"0oa1 0oa2\"", false},
        {"\"cid\":\"(absent)\"", false},
        {"\"cid\":\"(absent)\",\"client_id\":\"0oa1\"", true},
        {"\"cid\":\"(absent)\",\"client_id\":\"0oa3\"", false},
        {"\"cid\":\"(absent)\",\"azp\":\"0oa2\"", true},
        {"\"cid\":\"(absent)\",\"azp\":\"0oa3\"", false},
        {"\"cid\":\"0oa3\",\"client_id\":\"0oa1\",\"azp\":\"0oa1\"", false},
        {"\"cid\":\"0oa1\",\"client_id\":\"0oa3\",\"azp\":\"0oa3\"", true},
        {"\"cid\":\"(absent)\",\"sub\":\"0oa1\"", false},
    };
    okta_policy policy = world_policy();

    policy.clients = (okta_strings){2, clients};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_reason reason = check_at(&policy, payload(rows[i].members), OKTA_TYPE_ABSENT, NOW);
        check(reason == (rows[i].good ? OKTA_OK : OKTA_CLIENT_MISMATCH), "%s: %s", rows[i].members,
              okta_reason_tag(reason));
    }
    expect("\"cid\":\"(absent)\"", OKTA_OK);
}

rule(id_tokens_are_told_by_their_marks)
{
    static const char *const marks[] = {"nonce", "at_hash", "c_hash"};
    static const char *const values[] = {"\"x\"", "\"\"", "[null]", "1", "{}", "false"};
    okta_policy policy = world_policy();

    for (size_t m = 0; m < COUNT_OF(marks); m++) {
        for (size_t v = 0; v < COUNT_OF(values); v++) {
            char *members = text("\"%s\":%s", marks[m], values[v]);
            expect(members, OKTA_ID_TOKEN);
            check(check_at(&policy, payload(members), OKTA_TYPE_JWT, NOW) == OKTA_ID_TOKEN, "%s",
                  members);
            check(check_at(&policy, payload(members), OKTA_TYPE_AT_JWT, NOW) == OKTA_OK,
                  "%s with typ at+jwt", members);
        }
    }
    expect("\"Nonce\":1,\"athash\":1", OKTA_OK);
    expect("\"nonce\":null,\"at_hash\":null,\"c_hash\":null", OKTA_OK);
}

rule(a_claim_that_is_null_is_missing_or_not_asked_for)
{
    static const char *const optional[] = {"nbf", "iat", "jti",       "sub", "cid", "client_id",
                                           "azp", "acr", "auth_time", "scp", "cnf"};

    for (size_t i = 0; i < COUNT_OF(optional); i++)
        expect(text("\"%s\":null", optional[i]), OKTA_OK);
    expect("\"iss\":null", OKTA_CLAIM_MISSING);
    expect("\"exp\":null", OKTA_CLAIM_MISSING);
    expect("\"aud\":null", OKTA_AUDIENCE_MISMATCH);
}

rule(a_bound_token_is_refused_without_its_proof)
{
    static const char *const values[] = {"{\"jkt\":\"x\"}",
                                         "{\"jkt\":\"x\",\"x5t#S256\":\"x\"}",
                                         "{\"kid\":\"x\"}",
                                         "{}",
                                         "{\"jkt\":null}",
                                         "\"\"",
                                         "[]"};
    okta_policy policy = world_policy();

    for (size_t i = 0; i < COUNT_OF(values); i++) {
        expect(text("\"cnf\":%s", values[i]), OKTA_TOKEN_BOUND);
        check(check_at(&policy, payload(text("\"cnf\":%s", values[i])), OKTA_TYPE_AT_JWT, NOW) ==
                  OKTA_TOKEN_BOUND,
              "%s with typ at+jwt", values[i]);
    }
}

#define JKT "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"

rule(a_binding_fits_the_scheme)
{
    static const struct {
        const char *cnf; /* NULL: none */
        okta_reason by_proof;
    } rows[] = {
        {NULL, OKTA_TOKEN_UNBOUND},
        {"null", OKTA_TOKEN_UNBOUND},
        {"{\"jkt\":\"" JKT "\"}", OKTA_OK},
        {"{\"x\":null,\"jkt\":\"" JKT "\"}", OKTA_OK},
        {"{\"jkt\":\"" JKT "\",\"kid\":\"a\"}", OKTA_BINDING_UNSUPPORTED},
        {"{\"jkt\":\"short\"}", OKTA_BINDING_UNSUPPORTED},
        {"{\"jkt\":5}", OKTA_BINDING_UNSUPPORTED},
        {"{\"jkt\":null}", OKTA_BINDING_UNSUPPORTED},
        {"{}", OKTA_BINDING_UNSUPPORTED},
        {"[]", OKTA_BINDING_UNSUPPORTED},
        {"\"" JKT "\"", OKTA_BINDING_UNSUPPORTED},
    };
    okta_policy policy = world_policy();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *json = payload(rows[i].cnf ? text("\"cnf\":%s", rows[i].cnf) : "\"other\":1");
        bool bound = rows[i].by_proof != OKTA_TOKEN_UNBOUND;
        okta_reason reason;

        policy.dpop = OKTA_DPOP_OPTIONAL;
        policy.by_proof = true;
        reason = check_at(&policy, json, OKTA_TYPE_ABSENT, NOW);
        check(reason == rows[i].by_proof, "%s: %s", json, okta_reason_tag(reason));
        policy.by_proof = false;
        reason = check_at(&policy, json, OKTA_TYPE_ABSENT, NOW);
        check(reason == (bound ? OKTA_TOKEN_BOUND : OKTA_OK), "%s as Bearer: %s", json,
              okta_reason_tag(reason));
        policy.dpop = OKTA_DPOP_REQUIRED;
        reason = check_at(&policy, json, OKTA_TYPE_ABSENT, NOW);
        check(reason == (bound ? OKTA_TOKEN_BOUND : OKTA_TOKEN_UNBOUND), "%s, required: %s", json,
              okta_reason_tag(reason));
    }
}

#define CERTIFICATE "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"
#define OTHER_CERTIFICATE "awcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"
#define X5T "\"x5t#S256\":\"" CERTIFICATE "\""

/* What a token that is bound to a certificate is worth, by the certificate that came with it. */
rule(a_certificate_has_to_be_the_one_that_the_token_is_bound_to)
{
    static const struct {
        const char *cnf;
        bool by_proof;
        okta_reason none, other, good;
    } rows[] = {
        {"{" X5T "}", false, OKTA_CERTIFICATE_MISSING, OKTA_CERTIFICATE_MISMATCH, OKTA_OK},
        {"{" X5T ",\"jkt\":null}", false, OKTA_CERTIFICATE_MISSING, OKTA_CERTIFICATE_MISMATCH,
         OKTA_OK},
        {"{" X5T "}", true, OKTA_TOKEN_UNBOUND, OKTA_TOKEN_UNBOUND, OKTA_TOKEN_UNBOUND},
        /* both have to hold */
        {"{" X5T ",\"jkt\":\"" JKT "\"}", false, OKTA_TOKEN_BOUND, OKTA_TOKEN_BOUND,
         OKTA_TOKEN_BOUND},
        {"{" X5T ",\"jkt\":\"" JKT "\"}", true, OKTA_CERTIFICATE_MISSING, OKTA_CERTIFICATE_MISMATCH,
         OKTA_OK},
        {"{" X5T ",\"jkt\":\"short\"}", true, OKTA_BINDING_UNSUPPORTED, OKTA_BINDING_UNSUPPORTED,
         OKTA_BINDING_UNSUPPORTED},
        {"{\"x5t#S256\":7,\"jkt\":\"" JKT "\"}", true, OKTA_BINDING_UNSUPPORTED,
         OKTA_BINDING_UNSUPPORTED, OKTA_BINDING_UNSUPPORTED},
        /* what nobody checks */
        {"{" X5T ",\"kid\":\"a\"}", false, OKTA_BINDING_UNSUPPORTED, OKTA_BINDING_UNSUPPORTED,
         OKTA_BINDING_UNSUPPORTED},
        {"{" X5T ",\"x5t\":\"a\"}", false, OKTA_BINDING_UNSUPPORTED, OKTA_BINDING_UNSUPPORTED,
         OKTA_BINDING_UNSUPPORTED},
        {"{\"x5t#S256\":\"\"}", false, OKTA_BINDING_UNSUPPORTED, OKTA_BINDING_UNSUPPORTED,
         OKTA_BINDING_UNSUPPORTED},
        {"{\"x5t#S256\":[\"" CERTIFICATE "\"]}", false, OKTA_BINDING_UNSUPPORTED,
         OKTA_BINDING_UNSUPPORTED, OKTA_BINDING_UNSUPPORTED},
        {"{\"x5t#S256\":\"" CERTIFICATE "=\"}", false, OKTA_BINDING_UNSUPPORTED,
         OKTA_BINDING_UNSUPPORTED, OKTA_BINDING_UNSUPPORTED},
    };
    static const char *const came[] = {NULL, OTHER_CERTIFICATE, CERTIFICATE};
    okta_policy policy = world_policy();

    policy.dpop = OKTA_DPOP_OPTIONAL;
    for (size_t i = 0; i < COUNT_OF(rows) * COUNT_OF(came); i++) {
        const okta_reason expected[] = {rows[i / 3].none, rows[i / 3].other, rows[i / 3].good};
        okta_reason reason;

        policy.by_proof = rows[i / 3].by_proof;
        policy.certificate = came[i % 3];
        reason =
            check_at(&policy, payload(text("\"cnf\":%s", rows[i / 3].cnf)), OKTA_TYPE_ABSENT, NOW);
        check(reason == expected[i % 3], "%s with %s: %s", rows[i / 3].cnf,
              came[i % 3] ? came[i % 3] : "none", okta_reason_tag(reason));
    }
}

rule(a_certificate_is_no_proof_of_a_key)
{
    okta_policy policy = world_policy();

    policy.dpop = OKTA_DPOP_REQUIRED;
    policy.certificate = CERTIFICATE;
    check(check_at(&policy, payload("\"cnf\":{" X5T "}"), OKTA_TYPE_ABSENT, NOW) ==
              OKTA_TOKEN_UNBOUND,
          "OktaDPoP required");
    policy.certificate = NULL;
    policy.certificate_absence = "the proxy sent none";
    policy.dpop = OKTA_DPOP_OFF;
    check(check_at(&policy, payload("\"cnf\":{" X5T "}"), OKTA_TYPE_ABSENT, NOW) ==
              OKTA_CERTIFICATE_MISSING,
          "no certificate");
    check(strstr(last.detail, "the proxy sent none"), "%s", last.detail);
}

rule(actors_are_named_for_the_log)
{
    okta_claims *claims =
        make(payload("\"act\":{\"sub\":\"agent\",\"act\":{\"sub\":\"a\\nb\"}}"), OKTA_TYPE_ABSENT);

    okta_result_init(&last);
    okta_claims_identify(claims, &last);
    check(strcmp(last.actors, "agent a?b") == 0, "%s", last.actors);
    okta_claims_free(claims);
}

rule(types_pass_as_the_policy_says)
{
    static const struct {
        okta_type type;
        okta_reason any, strict;
    } rows[] = {{OKTA_TYPE_ABSENT, OKTA_OK, OKTA_TYPE_REFUSED},
                {OKTA_TYPE_JWT, OKTA_OK, OKTA_TYPE_REFUSED},
                {OKTA_TYPE_AT_JWT, OKTA_OK, OKTA_OK},
                {OKTA_TYPE_ORG_SERVER, OKTA_TOKEN_FROM_ORG_SERVER, OKTA_TOKEN_FROM_ORG_SERVER},
                {OKTA_TYPE_OTHER, OKTA_TYPE_REFUSED, OKTA_TYPE_REFUSED}};
    okta_policy policy = world_policy();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        policy.at_jwt_only = false;
        check(check_at(&policy, payload(""), rows[i].type, NOW) == rows[i].any, "type %d",
              (int)rows[i].type);
        policy.at_jwt_only = true;
        check(check_at(&policy, payload(""), rows[i].type, NOW) == rows[i].strict,
              "type %d, at+jwt only", (int)rows[i].type);
        if (rows[i].type == OKTA_TYPE_ABSENT || rows[i].type == OKTA_TYPE_JWT)
            check(strstr(last.detail,
                         rows[i].type == OKTA_TYPE_JWT ? "typ is JWT;" : "typ is absent;"),
                  "%s", last.detail);
    }
}

rule(algorithms_pass_as_the_policy_says)
{
    okta_policy policy = world_policy();
    okta_result result;

    okta_result_init(&result);
    check(okta_policy_check_algorithm(&policy, NULL, &result) == OKTA_ALGORITHM_REFUSED, "none");
    for (unsigned int i = 0; i < OKTA_ALGORITHM_COUNT; i++) {
        const okta_algorithm *algorithm = okta_algorithm_by_id((okta_algorithm_id)i);

        policy.algorithms = OKTA_ALGORITHM_BIT(i);
        check(okta_policy_check_algorithm(&policy, algorithm, &result) == OKTA_OK, "%s",
              algorithm->name);
        policy.algorithms = OKTA_ALGORITHMS_ALL & ~OKTA_ALGORITHM_BIT(i);
        check(okta_policy_check_algorithm(&policy, algorithm, &result) == OKTA_ALGORITHM_REFUSED,
              "%s", algorithm->name);
        policy.algorithms = 0;
        check(okta_policy_check_algorithm(&policy, algorithm, &result) == OKTA_ALGORITHM_REFUSED,
              "%s", algorithm->name);
    }
}

rule(a_good_verdict_carries_nothing_over_from_a_refusal)
{
    okta_policy policy = world_policy();
    okta_claims *claims = make(payload(""), OKTA_TYPE_ABSENT);
    okta_result result;

    okta_result_init(&result);
    check(okta_policy_check(&policy, claims, NOW * 2, NULL, &result) == OKTA_TOKEN_EXPIRED, "late");
    check(okta_policy_check(&policy, claims, NOW, NULL, &result) == OKTA_OK, "in time");
    check(result.reason == OKTA_OK, "reason");
    check(!result.detail[0], "a detail of the refusal before: %s", result.detail);
    okta_claims_free(claims);
}

rule(every_check_says_what_it_saw)
{
    static const char *const clients[] = {"0oa1"};
    okta_policy policy = world_policy();

    policy.clients = (okta_strings){1, clients};
    check(check_at(&policy, payload("\"cid\":\"(absent)\""), OKTA_TYPE_ABSENT, NOW) ==
              OKTA_CLIENT_MISMATCH,
          "client");
    check(strstr(last.detail, "absent") && strstr(last.detail, "0oa1"), "%s", last.detail);
    expect("\"exp\":1600000000", OKTA_TOKEN_EXPIRED);
    check(strstr(last.detail, "1600000000") && strstr(last.detail, "100000000 s ago"), "%s",
          last.detail);
    expect("\"nbf\":1700000100", OKTA_TOKEN_NOT_YET_VALID);
    check(strstr(last.detail, "100 s from now"), "%s", last.detail);
    expect("\"iat\":1700000100", OKTA_TOKEN_FROM_FUTURE);
    check(strstr(last.detail, "clocks"), "%s", last.detail);
}
