/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

/* RFC 9470: what a location may ask of the user's authentication. */

static okta_reason step_up(const okta_policy *policy, const char *members)
{
    okta_claims *claims = world_claims(payload(members), OKTA_TYPE_ABSENT, &last);
    okta_reason reason;

    need(claims, "%s: %s", members, last.detail);
    reason = okta_policy_check(policy, claims, NOW, NULL, &last);
    okta_claims_free(claims);
    return reason;
}

rule(a_step_up_asks_for_one_of_the_acrs)
{
    static const char *const acrs[] = {"phr", "urn:okta:loa:2fa:any"};
    static const struct {
        const char *members;
        bool good;
    } rows[] = {
        {"\"acr\":\"phr\"", true},
        {"\"acr\":\"urn:okta:loa:2fa:any\"", true},
        {"\"acr\":\"urn:okta:loa:2fa:any:ifpossible\"", false},
        {"\"acr\":\"phrh\"", false},
        {"\"acr\":\"PHR\"", false},
        {"\"acr\":\"phr urn:okta:loa:2fa:any\"", false},
        {"\"acr\":\"\"", false},
        {"\"acr\":[\"phr\"]", false},
        {"\"acr\":[]", false},
        {"\"acr\":null", false},
        {"\"acr\":1", false},
        {"", false},
    };
    okta_policy policy = world_policy();

    policy.acrs = (okta_strings){2, acrs};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(step_up(&policy, rows[i].members) == (rows[i].good ? OKTA_OK : OKTA_STEP_UP_NEEDED),
              "%s: %s", rows[i].members, okta_reason_tag(last.reason));
    check(strstr(last.detail, "absent") && strstr(last.detail, "\"phr\""), "%s", last.detail);
    policy.acrs = (okta_strings){0, NULL};
    check(step_up(&policy, "\"acr\":7") == OKTA_OK, "none asked for");
}

rule(a_step_up_asks_for_a_recent_auth_time)
{
    static const struct {
        const char *members;
        int64_t max_age;
        bool good;
    } rows[] = {
        {"\"auth_time\":1700000000", 0, true},
        {"\"auth_time\":1699999940", 0, true},
        {"\"auth_time\":1699999939", 0, false},
        {"\"auth_time\":1699999640", 300, true},
        {"\"auth_time\":1699999639", 300, false},
        {"\"auth_time\":1699999639.999", 300, false},
        {"\"auth_time\":1.7e9", 300, true},
        /* ahead of our clock by the skew, and by more */
        {"\"auth_time\":1700000060", 300, true},
        {"\"auth_time\":1700000060.999", 300, true},
        {"\"auth_time\":1700000061", 300, false},
        {"\"auth_time\":0", 300, false},
        {"\"auth_time\":-1", 300, false},
        {"\"auth_time\":1e300", 300, false},
        {"\"auth_time\":-1e300", 300, false},
        {"\"auth_time\":\"1700000000\"", 300, false},
        {"\"auth_time\":null", 300, false},
        {"\"auth_time\":[1700000000]", 300, false},
        {"", 300, false},
    };
    okta_policy policy = world_policy();

    policy.limits_auth_age = true;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        policy.max_auth_age = rows[i].max_age;
        check(step_up(&policy, rows[i].members) == (rows[i].good ? OKTA_OK : OKTA_STEP_UP_NEEDED),
              "%s, %lld: %s", rows[i].members, (long long)rows[i].max_age,
              okta_reason_tag(last.reason));
    }
    policy.limits_auth_age = false;
    check(step_up(&policy, "\"auth_time\":0") == OKTA_OK, "not limited");
}
