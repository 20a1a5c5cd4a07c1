/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/authz.h"

#include "core/policy.h"
#include "httpd/admission.h"
#include "httpd/config.h"
#include "httpd/counters.h"
#include "httpd/explain.h"
#include "httpd/mcp.h"
#include "httpd/request_log.h"
#include "httpd/respond.h"

#include <http_request.h>
#include <string.h>

/* RFC 6750 section 3.1: who is known and may not gets 403, not another challenge. */
static void say_forbidden(request_rec *r, const okta_claims *claims, okta_result *result)
{
    const char *absent = okta_request_state(r, true)->absent_claim;
    char path[256], user[128];

    okta_text_copy(path, sizeof(path), r->uri, strlen(r->uri));
    okta_text_copy(user, sizeof(user), r->user ? r->user : "", r->user ? strlen(r->user) : 0);
    okta_result_set(result, OKTA_INSUFFICIENT_SCOPE, "no Require of %s lets user %s in%s%s%s", path,
                    user, absent ? "; the token has no claim \"" : "", absent ? absent : "",
                    absent ? "\" for Require okta-group: add it to the access tokens of the "
                             "authorization server, or name another one in OktaGroupsClaim"
                           : "");
    okta_claims_identify(claims, result);
}

/* All other authorization. */
static int ask(request_rec *r)
{
    okta_request *state = okta_request_state(r, true);
    int status;

    state->authorizing = true;
    status = ap_run_auth_checker(r);
    state->authorizing = false;
    return status;
}

/* What httpd refuses is let in where OktaEnforce is Off and it refuses for who it is alone. */
static int judge(request_rec *r, const okta_request *state, int status)
{
    const bool enforces = okta_dir_enforce(okta_dir_config_of(r));
    const bool passes = !enforces && okta_others_admit(r);
    okta_result result;

    /* it was asked quietly */
    if (!enforces && !passes)
        ask(r);
    /* another module's refusal of somebody whom nobody asked about */
    if (!state->claims && status != HTTP_UNAUTHORIZED && !passes)
        return status;
    okta_result_init(&result);
    if (state->claims) {
        say_forbidden(r, state->claims, &result);
        okta_mcp_add_scopes(r);
    } else {
        okta_result_set(&result, state->reason > OKTA_OK ? state->reason : OKTA_TOKEN_MISSING,
                        "anonymous, and a Require asks for a user");
    }
    if (!passes)
        return okta_refuse(r, &result);
    /* else authentication has told of it */
    if (!state->would_refuse)
        okta_let_pass(r, &result);
    return OK;
}

/* It goes on: as somebody, or without identity for the reason that was noted. */
static void count_pass(request_rec *r, const okta_request *state)
{
    if (state->would_refuse) {
        if (okta_request_count(r, state->reason))
            okta_count_would_refuse();
    } else if (state->claims) {
        okta_request_count(r, OKTA_OK);
    } else if (state->reason > OKTA_OK && okta_request_count(r, state->reason)) {
        okta_count(OKTA_COUNT_ANONYMOUS);
    }
}

void okta_note_pass(request_rec *r, const okta_request *state)
{
    count_pass(r, state);
    if (state->claims && !state->would_refuse && okta_dir_log_success(okta_dir_config_of(r)))
        okta_log_accepted(r, state->claims);
}

int okta_check_authz(request_rec *r)
{
    okta_request *state;
    int status;

    state = okta_request_state(r, false);
    if ((state && state->authorizing) || !okta_request_is_ours(r))
        return DECLINED;
    state = okta_request_state(r, true);
    if (r->user && !*r->user)
        r->user = NULL;
    state->scopes = state->asked_scopes = NULL;
    state->absent_claim = NULL;
    state->in_doubt = false;
    state->tentative = !okta_dir_enforce(okta_dir_config_of(r));
    status = state->tentative ? okta_ask_quietly(r, ask) : ask(r);
    state->tentative = false;
    if (status == OK && state->in_doubt)
        status = HTTP_FORBIDDEN;
    if (state->explained)
        okta_explain_step(r, "require", status == OK, "the Require lines of %s come to %d", r->uri,
                          status);
    if (status == HTTP_UNAUTHORIZED || status == HTTP_FORBIDDEN)
        status = judge(r, state, status);
    if (status == OK) {
        status = okta_mcp_authorize(r);
        if (status != OK)
            return status;
        okta_note_pass(r, state);
    } else if (state->would_refuse) {
        /* let pass by authentication, and refused by another module */
        okta_request_count(r, state->reason);
    }
    return status;
}
