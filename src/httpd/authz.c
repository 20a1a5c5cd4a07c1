/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/authz.h"

#include "core/policy.h"
#include "httpd/respond.h"

#include <http_request.h>

/* RFC 6750 section 3.1: who is known and may not gets 403, not another challenge. */
static int forbid(request_rec *r, const okta_claims *claims)
{
    const okta_request *state = okta_request_state(r, true);
    const char *absent = state->absent_claim;
    okta_result result;

    okta_result_init(&result);
    okta_result_set(&result, OKTA_INSUFFICIENT_SCOPE, "no Require of %s lets user %s in%s%s%s",
                    r->uri, r->user ? r->user : "", absent ? "; the token has no claim \"" : "",
                    absent ? absent : "",
                    absent ? "\" for Require okta-group: add it to the access tokens of the "
                             "authorization server, or name another one in OktaGroupsClaim"
                           : "");
    okta_claims_identify(claims, &result);
    return okta_refuse(r, &result);
}

int okta_check_authz(request_rec *r)
{
    okta_request *state;
    const okta_claims *claims;
    okta_result result;
    int status;

    state = okta_request_state(r, false);
    if ((state && state->authorizing) || !okta_request_is_ours(r))
        return DECLINED;
    state = okta_request_state(r, true);
    if (r->user && !*r->user)
        r->user = NULL;
    state->scopes = NULL;
    state->absent_claim = NULL;
    state->in_doubt = false;
    state->authorizing = true;
    status = ap_run_auth_checker(r);
    state->authorizing = false;
    if (status == OK && state->in_doubt)
        status = HTTP_FORBIDDEN;
    claims = state->claims;
    if (status != HTTP_UNAUTHORIZED && status != HTTP_FORBIDDEN)
        return status;
    if (claims)
        return forbid(r, claims);
    if (status == HTTP_UNAUTHORIZED) {
        okta_result_init(&result);
        okta_result_set(&result, state->reason > OKTA_OK ? state->reason : OKTA_TOKEN_MISSING,
                        "anonymous, and a Require asks for a user");
        return okta_refuse(r, &result);
    }
    return status;
}
