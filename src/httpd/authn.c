#include "httpd/authn.h"

#include "core/bearer.h"
#include "core/verify.h"
#include "httpd/identity.h"
#include "httpd/keywait.h"
#include "httpd/log.h"
#include "httpd/respond.h"
#include "httpd/tokens.h"
#include "httpd/withhold.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_request.h>

static bool all_default_servers(const okta_strings *issuers)
{
    for (size_t i = 0; i < issuers->count; i++)
        if (!okta_is_default_server(issuers->items[i]))
            return false;
    return true;
}

/* The policy of the location. *composed keeps the one issuer that a domain makes. False: nothing to
 * judge by. */
static bool policy_of(request_rec *r, const char **composed, okta_policy *policy)
{
    static const char *const default_audience[] = {OKTA_DEFAULT_AUDIENCE};
    const okta_dir_config *config = okta_dir_config_of(r);
    apr_int64_t max_bytes = okta_server_config_of(r->server)->max_token_bytes;

    policy->issuers = okta_strings_of(config->issuers);
    if (!config->issuers && config->domain) {
        *composed =
            config->composed
                ? config->composed
                : okta_registry_composed(config->domain, config->server_id ? config->server_id
                                                                           : OKTA_DEFAULT_SERVER);
        policy->issuers = (okta_strings){*composed ? 1 : 0, composed};
    }
    policy->audiences = okta_strings_of(config->audiences);
    if (!config->audiences && all_default_servers(&policy->issuers))
        policy->audiences = (okta_strings){1, default_audience};
    policy->clients = okta_strings_of(config->clients);
    policy->algorithms = config->algorithms ? config->algorithms : OKTA_ALGORITHMS_DEFAULT;
    policy->acrs = okta_strings_of(config->step_up_acrs);
    policy->limits_auth_age = config->step_up_max_age >= 0;
    policy->max_auth_age = config->step_up_max_age;
    policy->at_jwt_only = config->at_jwt_only == 1;
    policy->skew = config->skew < 0 ? OKTA_SKEW_DEFAULT : config->skew;
    policy->max_token_bytes = max_bytes < 0 ? OKTA_TOKEN_BYTES_DEFAULT : (size_t)max_bytes;
    return policy->issuers.count > 0 && policy->audiences.count > 0;
}

static apr_status_t release_claims(void *claims)
{
    okta_claims_unref(claims);
    return APR_SUCCESS;
}

static okta_reason judge(request_rec *r, const char *token, size_t length,
                         const okta_issuer **issuer, okta_result *result)
{
    const char *composed = NULL;
    okta_claims *claims = NULL;
    okta_policy policy;
    okta_reason reason;

    if (!policy_of(r, &composed, &policy))
        return okta_result_set(result, OKTA_MISCONFIGURED,
                               "no issuer or no audience here: set OktaDomain or OktaIssuer, and "
                               "OktaAudience");
    reason = okta_tokens_verify(&policy, token, length, &claims, issuer, result);
    if (reason != OKTA_OK)
        return reason;
    apr_pool_cleanup_register(r->pool, claims, release_claims, apr_pool_cleanup_null);
    reason = okta_policy_check(&policy, claims, apr_time_sec(apr_time_now()), NULL, result);
    if (reason == OKTA_OK && !okta_identify(r, claims)) {
        okta_claims_identify(claims, result);
        reason = okta_result_set(result, OKTA_USER_MISSING,
                                 "none of the OktaRemoteUser claims is present as a usable string");
    }
    if (reason == OKTA_OK) {
        okta_request *state = okta_request_state(r, true);

        state->claims = claims;
        state->seen_before = !*issuer;
    }
    return reason;
}

static okta_reason authenticate(request_rec *r, const okta_issuer **issuer, okta_result *result)
{
    const char *token = NULL;
    size_t length = 0;
    const char *field = okta_withhold_note_field(r), *absence;
    okta_reason reason = okta_bearer_find(field, &token, &length);

    okta_result_init(result);
    if (reason != OKTA_OK) {
        absence = reason == OKTA_TOKEN_MISSING ? okta_bearer_absence(field) : NULL;
        return okta_result_set(result, reason, "%s",
                               absence ? absence : okta_reason_description(reason));
    }
    return judge(r, token, length, issuer, result);
}

/* Only where a Require would let an anonymous request in: elsewhere it needs a token, and is told
 * so. */
static bool may_pass(request_rec *r, okta_reason reason)
{
    const okta_request *state = okta_request_state(r, false);

    if (!state || !state->open)
        return false;
    switch (okta_dir_config_of(r)->anonymous) {
    case OKTA_ANONYMOUS_MISSING:
        return reason == OKTA_TOKEN_MISSING;
    case OKTA_ANONYMOUS_MISSING_OR_FAILED:
        return reason != OKTA_MISCONFIGURED && reason != OKTA_UNSET;
    default:
        return false;
    }
}

int okta_check_authn(request_rec *r)
{
    const okta_issuer *issuer = NULL;
    okta_result result;
    okta_reason reason;

    if (!okta_request_is_ours(r))
        return DECLINED;
    r->user = NULL;
    okta_request_state(r, true)->judged = true;
    reason = authenticate(r, &issuer, &result);
    if (reason == OKTA_OK) {
        r->ap_auth_type = (char *)OKTA_AUTH_TYPE;
        return OK;
    }
    if (may_pass(r, reason)) {
        okta_pass_anonymous(r, &result);
        /* httpd insists on a user between here and authorization; okta_check_authz takes it away
         * again */
        r->user = (char *)"";
        return OK;
    }
    if (okta_reason_status(reason) == HTTP_SERVICE_UNAVAILABLE)
        okta_set_retry_after(
            r, reason == OKTA_KEYS_UNAVAILABLE && issuer ? okta_keywait_retry_after(issuer) : 1);
    return okta_refuse(r, &result);
}
