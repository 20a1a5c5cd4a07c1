/* SPDX-License-Identifier: Apache-2.0 */
#include "core/policy.h"

#include "core/binding.h"
#include "core/match.h"
#include "core/revoked.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct judgment {
    const okta_policy *policy;
    const okta_claims *claims;
    int64_t now;
    const okta_trace *trace;
    okta_result *result;
} judgment;

/* Names of a list for a message; cut where the buffer ends. */
static const char *listing(const okta_strings *list, char *buffer, size_t size)
{
    size_t used = 0;

    buffer[0] = '\0';
    for (size_t i = 0; i < list->count && used < size; i++) {
        int more = snprintf(buffer + used, size - used, "%s\"%s\"", i ? ", " : "", list->items[i]);
        used += more > 0 ? (size_t)more : 0;
    }
    return buffer;
}

static void describe(const okta_value *value, char *buffer, size_t size)
{
    if (!value) {
        okta_text_format(buffer, size, "absent");
    } else if (value->type == OKTA_VALUE_STRING) {
        char text[128];
        okta_text_copy(text, sizeof(text), value->as.string, value->length);
        okta_text_format(buffer, size, "\"%s\"", text);
    } else if (value->type == OKTA_VALUE_ARRAY && value->length > 0) {
        describe(&value->as.children[0], buffer, size);
        if (value->length > 1) {
            size_t used = strlen(buffer);
            okta_text_format(buffer + used, size - used, " and %u more",
                             (unsigned int)(value->length - 1));
        }
    } else {
        okta_text_format(buffer, size, "empty");
    }
}

okta_reason okta_policy_check_type(const okta_policy *policy, okta_type type, okta_result *result)
{
    if (type == OKTA_TYPE_ORG_SERVER)
        return okta_result_set(
            result, OKTA_TOKEN_FROM_ORG_SERVER,
            "typ okta-internal-at+jwt: the token is from the Okta org authorization server and "
            "cannot be verified here; ask a custom authorization server "
            "(/oauth2/default) for it");
    if (type == OKTA_TYPE_DPOP)
        return okta_result_set(result, OKTA_TYPE_REFUSED,
                               "typ is dpop+jwt: a DPoP proof, not an access token");
    if (type == OKTA_TYPE_OTHER)
        return okta_result_set(result, OKTA_TYPE_REFUSED,
                               "typ is none of JWT, at+jwt, application/at+jwt");
    if (policy->at_jwt_only && type == OKTA_TYPE_OPAQUE)
        return okta_result_set(result, OKTA_TYPE_REFUSED,
                               "an opaque token has no typ; at+jwt is required");
    if (policy->at_jwt_only && type != OKTA_TYPE_AT_JWT)
        return okta_result_set(result, OKTA_TYPE_REFUSED,
                               "typ is %s; at+jwt is required (Okta itself sends none)",
                               type == OKTA_TYPE_JWT ? "JWT" : "absent");
    return OKTA_OK;
}

okta_reason okta_policy_check_algorithm(const okta_policy *policy, const okta_algorithm *algorithm,
                                        okta_result *result)
{
    if (!algorithm)
        return okta_result_set(result, OKTA_ALGORITHM_REFUSED,
                               "alg is \"none\", symmetric or unknown");
    if (!(policy->algorithms & OKTA_ALGORITHM_BIT(algorithm->id)))
        return okta_result_set(result, OKTA_ALGORITHM_REFUSED, "alg %s is not among those accepted",
                               algorithm->name);
    return OKTA_OK;
}

bool okta_is_org_issuer(const char *iss, size_t length)
{
    static const char scheme[] = "https://";
    size_t start = sizeof(scheme) - 1;
    const char *slash;

    if (length <= start || strncmp(iss, scheme, start) != 0)
        return false;
    slash = memchr(iss + start, '/', length - start);
    return !slash || slash == iss + length - 1;
}

static bool differs_by_slash(const okta_strings *issuers, const char *iss, size_t length)
{
    for (size_t i = 0; i < issuers->count; i++) {
        const char *known = issuers->items[i];
        size_t known_length = strlen(known);
        size_t common = known_length < length ? known_length : length;

        if (memcmp(known, iss, common) == 0 &&
            ((length == common + 1 && iss[common] == '/') ||
             (known_length == common + 1 && known[common] == '/')))
            return true;
    }
    return false;
}

okta_reason okta_policy_check_issuer(const okta_policy *policy, const char *iss, size_t length,
                                     okta_result *result)
{
    char expected[256];

    if (!iss)
        return okta_result_set(result, OKTA_CLAIM_MISSING, "\"iss\" is absent");
    if (okta_strings_contain(&policy->issuers, iss, length))
        return OKTA_OK;
    okta_text_copy(result->issuer, sizeof(result->issuer), iss, length);
    listing(&policy->issuers, expected, sizeof(expected));
    if (okta_is_org_issuer(iss, length))
        return okta_result_set(result, OKTA_TOKEN_FROM_ORG_SERVER,
                               "iss \"%s\" has no /oauth2/: a token from an Okta org authorization "
                               "server cannot be verified "
                               "here; ask a custom authorization server for it; expected %s",
                               result->issuer, expected);
    return okta_result_set(
        result, OKTA_ISSUER_UNKNOWN, "iss is \"%s\"; expected %s%s", result->issuer, expected,
        differs_by_slash(&policy->issuers, iss, length) ? " (they differ by a trailing slash)"
                                                        : "");
}

/* An OpenID Connect ID token has the same issuer and keys; only its claims give it away. */
static okta_reason check_kind(const judgment *j)
{
    static const char *const marks[] = {"nonce", "at_hash", "c_hash"};

    if (okta_claims_type(j->claims) == OKTA_TYPE_AT_JWT)
        return okta_trace_seen(j->trace, j->result, "typ says that it is an access token");
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (okta_claims_get(j->claims, marks[i]))
            return okta_result_set(j->result, OKTA_ID_TOKEN,
                                   "it has \"%s\", as ID tokens do: send the access token",
                                   marks[i]);
    return okta_trace_seen(j->trace, j->result, "no mark of an ID token");
}

static okta_reason check_binding(const judgment *j)
{
    const okta_policy *policy = j->policy;
    const okta_bearing bearing = {.by_proof = policy->by_proof,
                                  .needs_proof = policy->dpop == OKTA_DPOP_REQUIRED,
                                  .certificate = policy->certificate,
                                  .absence = policy->certificate_absence};

    return okta_binding_check(j->claims, &bearing, j->trace, j->result);
}

static bool looks_like_client_id(const judgment *j, const okta_value *audience)
{
    const okta_value *client = okta_claims_get(j->claims, "cid");

    if (!audience || audience->type != OKTA_VALUE_STRING)
        return false;
    return strncmp(audience->as.string, "0oa", 3) == 0 ||
           (client && okta_value_holds(client, audience->as.string, audience->length));
}

static okta_reason check_audience(const judgment *j)
{
    const okta_strings *accepted = &j->policy->audiences;
    const okta_value *audience = okta_claims_get(j->claims, "aud");
    char found[192], expected[192];
    bool good = false;

    for (size_t i = 0; audience && !good && i < accepted->count; i++)
        good = okta_value_holds(audience, accepted->items[i], strlen(accepted->items[i]));
    if (good && !j->trace)
        return OKTA_OK;
    describe(audience, found, sizeof(found));
    if (good)
        return okta_trace_seen(j->trace, j->result, "%s", found);
    listing(accepted, expected, sizeof(expected));
    return okta_result_set(
        j->result, OKTA_AUDIENCE_MISMATCH, "aud is %s%s; expected %s", found,
        looks_like_client_id(j, audience) ? " (a client id: is this an ID token?)" : "", expected);
}

static okta_reason check_client(const judgment *j)
{
    const okta_strings *accepted = &j->policy->clients;
    const okta_value *client;
    char found[192], expected[192];

    if (accepted->count == 0 && !j->trace)
        return OKTA_OK;
    client = okta_claims_client(j->claims);
    describe(client, found, sizeof(found));
    if (accepted->count == 0)
        return okta_trace_seen(j->trace, j->result, "%s (any is accepted)", found);
    if (client && okta_strings_contain(accepted, client->as.string, client->length))
        return okta_trace_seen(j->trace, j->result, "%s", found);
    listing(accepted, expected, sizeof(expected));
    return okta_result_set(j->result, OKTA_CLIENT_MISMATCH, "the client is %s; expected %s", found,
                           expected);
}

/* RFC 7519 section 4.1.4: the token ends at exp, not after it. */
static okta_reason check_expiry(const judgment *j)
{
    const okta_times *times = okta_claims_times(j->claims);

    /* who says that it is active may leave out until when (RFC 7662 section 2.2) */
    if (!(times->present & OKTA_CLAIM_EXP) && okta_claims_type(j->claims) == OKTA_TYPE_OPAQUE)
        return okta_trace_seen(j->trace, j->result, "exp is absent; the issuer says it is active");
    if (!(times->present & OKTA_CLAIM_EXP))
        return okta_result_set(j->result, OKTA_CLAIM_MISSING, "\"exp\" is absent");
    if (j->now - j->policy->skew >= times->exp)
        return okta_result_set(j->result, OKTA_TOKEN_EXPIRED,
                               "exp %" PRId64 " was %" PRId64 " s ago (skew %" PRId64 " s)",
                               times->exp, j->now - times->exp, j->policy->skew);
    return okta_trace_seen(j->trace, j->result, "exp %" PRId64 ", %" PRId64 " s from now",
                           times->exp, times->exp - j->now);
}

static okta_reason check_not_before(const judgment *j)
{
    const okta_times *times = okta_claims_times(j->claims);

    if (!(times->present & OKTA_CLAIM_NBF))
        return okta_trace_seen(j->trace, j->result, "nbf is absent");
    if (j->now + j->policy->skew < times->nbf)
        return okta_result_set(j->result, OKTA_TOKEN_NOT_YET_VALID,
                               "nbf %" PRId64 " is %" PRId64 " s from now (skew %" PRId64 " s)",
                               times->nbf, times->nbf - j->now, j->policy->skew);
    return okta_trace_seen(j->trace, j->result, "nbf %" PRId64, times->nbf);
}

static okta_reason check_issued_at(const judgment *j)
{
    const okta_times *times = okta_claims_times(j->claims);

    if (!(times->present & OKTA_CLAIM_IAT))
        return okta_trace_seen(j->trace, j->result, "iat is absent");
    if (j->now + j->policy->skew < times->iat)
        return okta_result_set(j->result, OKTA_TOKEN_FROM_FUTURE,
                               "iat %" PRId64 " is %" PRId64 " s from now (skew %" PRId64
                               " s): compare the clocks",
                               times->iat, times->iat - j->now, j->policy->skew);
    return okta_trace_seen(j->trace, j->result, "iat %" PRId64, times->iat);
}

/* OktaMaxTokenAge: a token that an issuer made to last is worth less here. */
static okta_reason check_age(const judgment *j)
{
    const okta_times *times = okta_claims_times(j->claims);
    const int64_t longest = j->policy->max_age;

    if (longest == 0)
        return okta_trace_seen(j->trace, j->result, "any is accepted");
    if (!(times->present & OKTA_CLAIM_IAT))
        return okta_result_set(
            j->result, OKTA_CLAIM_MISSING,
            "\"iat\" is absent, and tokens of at most %" PRId64 " s are accepted", longest);
    if (j->now - j->policy->skew - times->iat > longest)
        return okta_result_set(j->result, OKTA_TOKEN_TOO_OLD,
                               "iat %" PRId64 " was %" PRId64 " s ago; at most %" PRId64
                               " s are accepted (skew %" PRId64 " s)",
                               times->iat, j->now - times->iat, longest, j->policy->skew);
    return okta_trace_seen(j->trace, j->result, "%" PRId64 " s, at most %" PRId64 " s",
                           j->now - times->iat, longest);
}

static okta_reason check_revocation(const judgment *j)
{
    return okta_revoked_check(j->policy->revocations, j->claims, j->trace, j->result);
}

static okta_reason check_context(const judgment *j)
{
    const okta_strings *accepted = &j->policy->acrs;
    const okta_value *acr = okta_claims_get(j->claims, "acr");
    char found[192], expected[192];

    if (acr && acr->type == OKTA_VALUE_STRING &&
        okta_strings_contain(accepted, acr->as.string, acr->length))
        return okta_trace_seen(j->trace, j->result, "acr is sufficient");
    describe(acr, found, sizeof(found));
    listing(accepted, expected, sizeof(expected));
    return okta_result_set(j->result, OKTA_STEP_UP_NEEDED, "acr is %s; expected %s", found,
                           expected);
}

static okta_reason check_auth_age(const judgment *j)
{
    const okta_policy *policy = j->policy;
    const okta_value *auth_time = okta_claims_get(j->claims, "auth_time");
    bool fraction = false;
    int64_t since = 0;

    if (!auth_time || !okta_value_floor(auth_time, &since, &fraction))
        return okta_result_set(j->result, OKTA_STEP_UP_NEEDED, "auth_time is absent or no number");
    if (since > j->now + policy->skew)
        return okta_result_set(j->result, OKTA_STEP_UP_NEEDED,
                               "auth_time %" PRId64 " is in the future: compare the clocks", since);
    if (since < j->now - policy->max_auth_age - policy->skew)
        return okta_result_set(j->result, OKTA_STEP_UP_NEEDED,
                               "auth_time %" PRId64 " is older than max-age %" PRId64 " s", since,
                               policy->max_auth_age);
    return okta_trace_seen(j->trace, j->result, "auth_time %" PRId64, since);
}

/* RFC 9470. A refreshed token keeps its acr, which is why auth_time is asked too. */
static okta_reason check_step_up(const judgment *j)
{
    const okta_policy *policy = j->policy;
    okta_reason reason = OKTA_OK;

    if (policy->acrs.count == 0 && !policy->limits_auth_age)
        return okta_trace_seen(j->trace, j->result, "none asked for");
    if (policy->acrs.count > 0)
        reason = check_context(j);
    if (reason == OKTA_OK && policy->limits_auth_age)
        reason = check_auth_age(j);
    return reason;
}

/* Who acts, and for whom, with spaces in between. */
static void identify_actors(const okta_value *payload, okta_result *result)
{
    const okta_value *actor = okta_value_member(payload, "act");
    size_t used = 0;

    for (int depth = 0; actor && depth < OKTA_ACTORS_MAX && used + 2 < sizeof(result->actors);
         depth++) {
        const okta_value *name = okta_value_member(actor, "sub");

        if (name && name->type == OKTA_VALUE_STRING) {
            if (used)
                result->actors[used++] = ' ';
            okta_text_copy(result->actors + used, sizeof(result->actors) - used, name->as.string,
                           name->length);
            used += strlen(result->actors + used);
        }
        actor = okta_value_member(actor, "act");
    }
}

void okta_payload_identify(const okta_value *payload, okta_result *result)
{
    const okta_value *issuer = okta_value_member(payload, "iss");
    const okta_value *jti = okta_value_member(payload, "jti");

    if (issuer && issuer->type == OKTA_VALUE_STRING)
        okta_text_copy(result->issuer, sizeof(result->issuer), issuer->as.string, issuer->length);
    if (jti && jti->type == OKTA_VALUE_STRING)
        okta_text_copy(result->jti, sizeof(result->jti), jti->as.string, jti->length);
    identify_actors(payload, result);
}

void okta_claims_identify(const okta_claims *claims, okta_result *result)
{
    const char *kid = okta_claims_kid(claims);

    okta_text_copy(result->kid, sizeof(result->kid), kid, strlen(kid));
    okta_payload_identify(okta_claims_root(claims), result);
}

/* What okta_verify has judged already for a fresh token, and a cached one still needs for this
 * policy. */
static okta_reason check_again(const judgment *j)
{
    const okta_value *issuer = okta_claims_get(j->claims, "iss");
    okta_reason reason = okta_policy_check_type(j->policy, okta_claims_type(j->claims), j->result);

    if (reason == OKTA_OK && okta_claims_type(j->claims) != OKTA_TYPE_OPAQUE)
        reason =
            okta_policy_check_algorithm(j->policy, okta_claims_algorithm(j->claims), j->result);
    if (reason == OKTA_OK)
        reason = okta_policy_check_issuer(j->policy, issuer ? issuer->as.string : NULL,
                                          issuer ? issuer->length : 0, j->result);
    return reason;
}

okta_reason okta_policy_check(const okta_policy *policy, const okta_claims *claims, int64_t now,
                              const okta_trace *trace, okta_result *result)
{
    static const struct {
        okta_check check;
        okta_reason (*run)(const judgment *);
    } checks[] = {
        {OKTA_CHECK_KIND, check_kind},
        {OKTA_CHECK_BINDING, check_binding},
        {OKTA_CHECK_AUDIENCE, check_audience},
        {OKTA_CHECK_CLIENT, check_client},
        {OKTA_CHECK_EXPIRY, check_expiry},
        {OKTA_CHECK_NOT_BEFORE, check_not_before},
        {OKTA_CHECK_ISSUED_AT, check_issued_at},
        {OKTA_CHECK_AGE, check_age},
        {OKTA_CHECK_REVOCATION, check_revocation},
        {OKTA_CHECK_STEP_UP, check_step_up},
    };
    const judgment j = {policy, claims, now, trace, result};
    okta_reason reason = check_again(&j);

    for (size_t i = 0; reason == OKTA_OK && i < sizeof(checks) / sizeof(checks[0]); i++)
        reason = okta_trace_report(trace, checks[i].check, checks[i].run(&j), result);
    if (reason != OKTA_OK)
        okta_claims_identify(claims, result);
    else
        result->detail[0] = '\0';
    result->reason = reason;
    return reason;
}
