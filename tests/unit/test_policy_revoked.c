/* SPDX-License-Identifier: Apache-2.0 */
#include "core/policy.h"
#include "lists.h"
#include "world.h"

#include <string.h>

static okta_reason check_at(const okta_policy *policy, const char *json)
{
    okta_claims *claims = world_claims(json, OKTA_TYPE_ABSENT, &last);
    okta_reason reason;

    need(claims, "%s: %s", json, last.detail);
    okta_result_init(&last);
    reason = okta_policy_check(policy, claims, NOW, NULL, &last);
    okta_claims_free(claims);
    return reason;
}

rule(a_token_may_be_of_some_age)
{
    static const struct {
        int64_t age, most, skew; /* an age of INT64_MIN: no iat */
        okta_reason reason;
    } rows[] = {
        {600, 0, 0, OKTA_OK},
        {INT64_MIN, 0, 0, OKTA_OK},
        {600, 600, 0, OKTA_OK},
        {601, 600, 0, OKTA_TOKEN_TOO_OLD},
        {660, 600, 60, OKTA_OK},
        {661, 600, 60, OKTA_TOKEN_TOO_OLD},
        {0, 1, 0, OKTA_OK},
        {-30, 1, 60, OKTA_OK},
        {-61, 1, 60, OKTA_TOKEN_FROM_FUTURE},
        {INT64_MIN, 600, 60, OKTA_CLAIM_MISSING},
        {NOW, 2592000, 600, OKTA_TOKEN_TOO_OLD},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_policy policy = world_policy();
        const char *iat = rows[i].age == INT64_MIN ? "\"(absent)\""
                                                   : text("%lld", (long long)(NOW - rows[i].age));
        okta_reason reason;

        policy.skew = rows[i].skew;
        policy.max_age = rows[i].most;
        reason = check_at(&policy, payload(text("\"iat\":%s", iat)));
        check(reason == rows[i].reason, "row %zu: %s", i, okta_reason_tag(reason));
    }
}

static okta_reason check_against(okta_revocations *list, const list_line *line, const char *members)
{
    okta_policy policy = world_policy();

    if (line)
        list_publish(list, line, 1);
    policy.revocations = list;
    return check_at(&policy, payload(members));
}

rule(a_revoked_token_is_refused_by_the_claim_that_the_list_has)
{
    static const struct {
        okta_revocation_kind kind;
        const char *members;
        bool revoked;
    } rows[] = {
        {OKTA_REVOKES_JTI, "\"jti\":\"x\"", true},
        {OKTA_REVOKES_JTI, "\"sub\":\"x\"", false},
        {OKTA_REVOKES_SUB, "\"sub\":\"x\"", true},
        {OKTA_REVOKES_CID, "\"cid\":\"x\"", true},
        {OKTA_REVOKES_CID, "\"cid\":\"(absent)\",\"client_id\":\"x\"", true},
        {OKTA_REVOKES_CID, "\"cid\":\"(absent)\",\"azp\":\"x\"", true},
        {OKTA_REVOKES_CID, "\"cid\":\"y\",\"client_id\":\"x\"", false},
        {OKTA_REVOKES_SID, "\"sid\":\"x\"", true},
        {OKTA_REVOKES_SID, "\"sid\":[\"x\"]", false},
        {OKTA_REVOKES_SID, "\"sid\":\"(absent)\"", false},
        {OKTA_REVOKES_SID, "\"sid\":null", false},
    };
    okta_revocations *list = list_new();

    check(check_against(list, NULL, "") == OKTA_REVOCATIONS_UNAVAILABLE, "a list that is not read");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const list_line line = {rows[i].kind, "x", i % 2 ? ISSUER : NULL, OKTA_REVOKED_ALWAYS};
        okta_reason reason = check_against(list, &line, rows[i].members);

        check((reason == OKTA_TOKEN_REVOKED) == rows[i].revoked, "row %zu: %s", i,
              okta_reason_tag(reason));
        check(!rows[i].revoked || strstr(last.detail, okta_revocation_word(rows[i].kind)),
              "row %zu: %s", i, last.detail);
    }
}

rule(a_revocation_says_of_tokens_issued_when)
{
    const list_line line = {OKTA_REVOKES_SUB, "x", NULL, NOW - 10};
    okta_revocations *list = list_new();

    check(check_against(list, &line, text("\"sub\":\"x\",\"iat\":%lld", (long long)NOW - 11)) ==
              OKTA_TOKEN_REVOKED,
          "before");
    check(strstr(last.detail, "issued before 1699999990"), "%s", last.detail);
    check(check_against(list, &line, text("\"sub\":\"x\",\"iat\":%lld", (long long)NOW - 10)) ==
              OKTA_OK,
          "after");
    check(check_against(list, &line, "\"sub\":\"x\",\"iat\":\"(absent)\"") == OKTA_TOKEN_REVOKED,
          "nobody knows");
    check(strstr(last.detail, "no iat"), "%s", last.detail);
}
