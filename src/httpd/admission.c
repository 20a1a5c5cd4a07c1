/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/admission.h"

#include "httpd/flood.h"
#include "httpd/log.h"
#include "httpd/registry.h"
#include "httpd/request.h"

#include <http_core.h>
#include <http_request.h>
#include <mod_auth.h>

/* Nobody is ever known here. A negation that answered "no match" would let everybody in. */
static authz_status answer_elsewhere(request_rec *r, okta_sense sense)
{
    if (sense == OKTA_SENSE_LETS_IN)
        return r->user ? AUTHZ_DENIED : AUTHZ_DENIED_NO_USER;
    if (okta_flood_admits(r->server, OKTA_EVENT_REQUIRE_ELSEWHERE, OKTA_UNSET))
        okta_event_of_request(r, OKTA_EVENT_REQUIRE_ELSEWHERE,
                              "a negated Require of this module is asked for %s, where no "
                              "AuthType Okta holds; write AuthType Okta there",
                              r->uri);
    return sense == OKTA_SENSE_KEEPS_OUT ? AUTHZ_GRANTED : AUTHZ_GENERAL_ERROR;
}

/* An alias that is used both to let in and to keep out. For one caller it answers the same wherever
 * it stands, so both answers can be tried. With two such aliases there would be four combinations,
 * and more. */
static authz_status answer_of_alias(const request_rec *r, okta_request *state)
{
    const char *name = apr_table_get(r->notes, AUTHZ_PROVIDER_NAME_NOTE);

    if (!name || (state->alias && strcmp(state->alias, name) != 0)) {
        state->unanswerable = true;
        return AUTHZ_DENIED_NO_USER;
    }
    state->alias = name;
    return state->alias_holds ? AUTHZ_GRANTED : AUTHZ_DENIED_NO_USER;
}

authz_status okta_answer_for_nobody(request_rec *r, okta_sense parsed)
{
    okta_sense sense = okta_sense_of(r, parsed);
    okta_request *state;

    if (!okta_request_is_ours(r))
        return answer_elsewhere(r, sense);
    state = okta_request_state(r, true);
    /* authentication is done and let the request pass as anonymous (OktaAnonymous) */
    if (state->judged)
        return AUTHZ_DENIED_NO_USER;
    state->asked = true;
    if (sense == OKTA_SENSE_UNKNOWN)
        return answer_of_alias(r, state);
    if (state->assumed == OKTA_ASSUME_WORST)
        return sense == OKTA_SENSE_KEEPS_OUT ? AUTHZ_GRANTED : AUTHZ_DENIED_NO_USER;
    else if (state->assumed == OKTA_ASSUME_BEST)
        return sense == OKTA_SENSE_LETS_IN ? AUTHZ_GRANTED : AUTHZ_DENIED_NO_USER;
    else if (sense == OKTA_SENSE_KEEPS_OUT)
        state->passed_over = true;
    return AUTHZ_DENIED_NO_USER;
}

authz_status okta_answer_in_doubt(request_rec *r, okta_sense parsed)
{
    switch (okta_sense_of(r, parsed)) {
    case OKTA_SENSE_LETS_IN:
        return AUTHZ_DENIED;
    case OKTA_SENSE_KEEPS_OUT:
        return AUTHZ_GRANTED;
    default:
        okta_request_state(r, true)->in_doubt = true;
        return AUTHZ_DENIED;
    }
}

int okta_ask_quietly(request_rec *r, int (*ask)(request_rec *))
{
    static const struct ap_logconf silent = {NULL, APLOG_EMERG};
    const struct ap_logconf *log = r->log;
    int status;

    r->log = &silent;
    status = ask(r);
    r->log = log;
    return status;
}

/* What httpd says before authentication, if ours answer as assumed, and an alias of two senses as
 * alias_holds says. */
static int weigh(request_rec *r, okta_request *state, okta_assumption assumed, bool alias_holds)
{
    int status;

    state->assumed = assumed;
    state->alias_holds = alias_holds;
    state->weighing = true;
    status = okta_ask_quietly(r, ap_run_access_checker_ex);
    state->weighing = false;
    state->assumed = OKTA_ASSUME_NOTHING;
    state->alias_holds = false;
    return status;
}

static bool is_refusal(int status)
{
    return status != OK && status != DECLINED;
}

/* Whether the caller may get in once known, although httpd refuses as long as nobody is. */
static bool may_be_wrong(request_rec *r, okta_request *state)
{
    if (!is_refusal(weigh(r, state, OKTA_ASSUME_NOTHING, false)))
        return false;
    if (!state->asked || state->unanswerable)
        return state->unanswerable;
    return !is_refusal(weigh(r, state, OKTA_ASSUME_BEST, false)) ||
           (state->alias && !is_refusal(weigh(r, state, OKTA_ASSUME_BEST, true))) ||
           state->unanswerable;
}

static void forget_questions(okta_request *state)
{
    state->asked = state->passed_over = state->unanswerable = false;
    state->alias = NULL;
}

int okta_weigh_access(request_rec *r)
{
    okta_request *state;

    if (!okta_request_is_ours(r) || okta_request_judged(r))
        return DECLINED;
    state = okta_request_state(r, true);
    if (state->weighing || state->preflight)
        return DECLINED;
    /* only AuthType Okta names a user here; one that another module named (SSLUserName of a client
     * certificate) does not count */
    r->user = NULL;
    forget_questions(state);
    state->ask_first =
        (okta_registry_get()->weighs_first || okta_htaccess_requires(r)) && may_be_wrong(r, state);
    if (state->ask_first)
        return OK;
    /* httpd evaluates the Require lines next; if it says OK, okta_force_authn looks at that */
    forget_questions(state);
    return DECLINED;
}

/* Whether httpd's OK while nobody is known stands, whatever our lines answer later. Lines that let
 * in have said no already. */
static bool stands(request_rec *r, okta_request *state)
{
    if (state->ask_first || state->unanswerable)
        return false;
    if (!state->passed_over && !state->alias)
        return true;
    return weigh(r, state, OKTA_ASSUME_WORST, false) == OK &&
           (!state->alias || weigh(r, state, OKTA_ASSUME_WORST, true) == OK) &&
           !state->unanswerable;
}

bool okta_others_admit(request_rec *r)
{
    okta_request *state = okta_request_state(r, true);
    const okta_request kept = *state;
    char *user = r->user;
    bool admits;

    /* as before authentication, with every answer of ours for the caller */
    state->claims = NULL;
    state->reason = OKTA_TOKEN_MISSING;
    state->judged = false;
    r->user = NULL;
    forget_questions(state);
    admits = !is_refusal(weigh(r, state, OKTA_ASSUME_BEST, false)) ||
             (state->alias && !is_refusal(weigh(r, state, OKTA_ASSUME_BEST, true)));
    *state = kept;
    r->user = user;
    return admits;
}

int okta_force_authn(request_rec *r)
{
    okta_request *state = okta_request_state(r, false);

    if (!state || state->preflight || !okta_request_is_ours(r))
        return DECLINED;
    if (okta_dir_anonymous(okta_dir_config_of(r)) != OKTA_ANONYMOUS_OFF) {
        state->open = !state->ask_first;
        return OK;
    }
    return stands(r, state) ? DECLINED : OK;
}
