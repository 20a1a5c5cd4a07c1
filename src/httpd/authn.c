/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/authn.h"

#include "core/binding.h"
#include "core/verify.h"
#include "httpd/client_certificate.h"
#include "httpd/credentials.h"
#include "httpd/dpop.h"
#include "httpd/effective.h"
#include "httpd/explain.h"
#include "httpd/identity.h"
#include "httpd/introspection.h"
#include "httpd/keywait.h"
#include "httpd/respond.h"
#include "httpd/token_reading.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_request.h>

#define RETRY_AFTER_MAX 3600 /* seconds */

static apr_status_t release_claims(void *claims)
{
    okta_claims_free(claims);
    return APR_SUCCESS;
}

static void explain_credentials(request_rec *r, okta_reason reason, const okta_token_way *way,
                                const okta_result *result)
{
    okta_request *state = okta_request_state(r, true);

    state->explained = true;
    if (reason == OKTA_OK)
        okta_explain_step(r, "credentials", true, "a token of the scheme %s%s%s",
                          state->by_proof ? "DPoP" : "Bearer",
                          way->kind == OKTA_WAY_HEADER ? "" : ", by ",
                          way->kind == OKTA_WAY_HEADER ? "" : okta_token_way_name(r->pool, way));
    else
        okta_explain_step(r, "credentials", false, "%s", result->detail);
}

static okta_reason judge_proof(request_rec *r, const okta_policy *policy, const okta_claims *claims,
                               const char *token, size_t length, const okta_trace *trace,
                               okta_result *result)
{
    okta_reason reason = okta_dpop_check(r, policy, claims, token, length, result);

    if (trace && reason == OKTA_OK)
        okta_trace_note(result, "one of the token's key, for this request");
    return okta_trace_report(trace, OKTA_CHECK_PROOF, reason, result);
}

/* explanation: NULL where nobody listens. */
static okta_reason judge(request_rec *r, okta_policy *policy, const char *token, size_t length,
                         const okta_issuer **asked, const okta_explanation *explanation,
                         okta_result *result)
{
    const okta_trace *trace = explanation ? &explanation->trace : NULL;
    const okta_issuer *issuer = NULL;
    okta_claims *claims = NULL;
    okta_request *state;
    okta_seen seen = {.noted = false};
    okta_reason reason;

    if (policy->issuers.count == 0 || policy->audiences.count == 0)
        return okta_result_set(result, OKTA_MISCONFIGURED,
                               "no issuer or no audience here: set OktaDomain or OktaIssuer, and "
                               "OktaAudience");
    reason =
        okta_token_read(r, policy, token, length, &claims, &issuer, &seen, explanation, result);
    state = okta_request_state(r, true);
    *asked = issuer;
    if (reason != OKTA_OK)
        return reason;
    state->verified = claims;
    if (issuer)
        apr_pool_cleanup_register(r->pool, claims, release_claims, apr_pool_cleanup_null);
    if (okta_claims_need_certificate(claims)) {
        reason = okta_client_certificate_find(r, policy, result);
        if (reason != OKTA_OK)
            return reason;
    }
    reason = okta_policy_check(policy, claims, apr_time_sec(apr_time_now()), trace, result);
    if (reason != OKTA_OK)
        return reason;
    if (!okta_identify(r, claims))
        reason = okta_result_set(result, OKTA_USER_MISSING,
                                 "none of the OktaRemoteUser claims is present as a usable string");
    else
        reason =
            okta_token_confirm(r, policy, claims, token, length, &seen, asked, explanation, result);
    /* last: it takes the proof, which counts once */
    if (reason == OKTA_OK && policy->by_proof)
        reason = judge_proof(r, policy, claims, token, length, trace, result);
    if (reason != OKTA_OK) {
        /* whoever holds the token without its key is not that user */
        r->user = NULL;
        okta_claims_identify(claims, result);
        return reason;
    }
    state->claims = claims;
    if (!issuer && !okta_claims_note(claims))
        state->seen = apr_pmemdup(r->pool, &seen, sizeof(seen));
    return OKTA_OK;
}

static okta_reason authenticate(request_rec *r, const okta_issuer **issuer, okta_result *result)
{
    okta_policy policy = okta_effective_policy(okta_dir_config_of(r), r->server, r->pool);
    okta_request *state = okta_request_state(r, true);
    okta_explanation room;
    const okta_explanation *explanation = okta_explain(&room, r);
    okta_credentials found;
    okta_reason reason = okta_credentials_find(r, policy.dpop != OKTA_DPOP_OFF, &found);

    okta_result_init(result);
    policy.by_proof = state->by_proof = found.scheme == OKTA_SCHEME_DPOP;
    if (reason == OKTA_TOKEN_MISSING)
        state->absence = found.fault;
    if (reason != OKTA_OK)
        okta_result_set(result, reason, "%s",
                        found.fault ? found.fault : okta_reason_description(reason));
    if (explanation)
        explain_credentials(r, reason, found.way, result);
    return reason == OKTA_OK
               ? judge(r, &policy, found.token, found.length, issuer, explanation, result)
               : reason;
}

/* Only where a Require would let an anonymous request in: elsewhere it needs a token, and is told
 * so. */
static bool may_pass(request_rec *r, okta_reason reason)
{
    const okta_request *state = okta_request_state(r, false);

    if (!state || !state->open)
        return false;
    switch (okta_dir_anonymous(okta_dir_config_of(r))) {
    case OKTA_ANONYMOUS_MISSING:
        return reason == OKTA_TOKEN_MISSING;
    case OKTA_ANONYMOUS_MISSING_OR_FAILED:
        return reason != OKTA_MISCONFIGURED && reason != OKTA_UNSET;
    default:
        return false;
    }
}

/* In seconds; issuer: who was asked for keys or about the token, NULL for nobody. */
static int retry_after(request_rec *r, okta_reason reason, const okta_issuer *issuer)
{
    const int64_t known = okta_request_state(r, true)->retry_after;

    if (issuer && reason == OKTA_KEYS_UNAVAILABLE)
        return okta_keywait_retry_after(issuer);
    if (issuer && reason == OKTA_INTROSPECTION_UNAVAILABLE)
        return okta_introspection_retry_after(issuer);
    if (known < 1)
        return 1;
    return known < RETRY_AFTER_MAX ? (int)known : RETRY_AFTER_MAX;
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
    if (!okta_dir_enforce(okta_dir_config_of(r))) {
        okta_let_pass(r, &result);
        r->user = (char *)"";
        return OK;
    }
    if (okta_reason_status(reason) == HTTP_SERVICE_UNAVAILABLE)
        okta_set_retry_after(r, retry_after(r, reason, issuer));
    return okta_refuse(r, &result);
}
