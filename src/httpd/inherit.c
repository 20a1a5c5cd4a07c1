/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/inherit.h"

#include "httpd/authz.h"
#include "httpd/backend.h"
#include "httpd/config.h"
#include "httpd/identity.h"
#include "httpd/mcp_answer.h"
#include "httpd/request.h"
#include "httpd/table.h"
#include "httpd/variables.h"

#include <string.h>
#include <strings.h>

#define REDIRECTED "REDIRECT_"

/* httpd puts REDIRECT_ in front at each turn; mod_include makes variables of the header's fields.
 */
static bool is_of_claims(const void *baton, const char *key, const char *value)
{
    (void)baton;
    (void)value;
    while (strncasecmp(key, REDIRECTED, strlen(REDIRECTED)) == 0)
        key += strlen(REDIRECTED);
    return strncasecmp(key, "OKTA_CLAIM_", 11) == 0 || strcasecmp(key, "OKTA_SCOPE") == 0 ||
           strcasecmp(key, "OKTA_ACTOR") == 0 || strcasecmp(key, "OKTA_ACTOR_CHAIN") == 0 ||
           strcasecmp(key, OKTA_VARIABLE_JTI) == 0 || strcasecmp(key, OKTA_VARIABLE_CLIENT) == 0 ||
           (strncasecmp(key, "HTTP_", 5) == 0 && okta_carries_claim(key + 5));
}

int okta_inherit_no_variables(request_rec *r)
{
    if (r->main && r->per_dir_config != r->main->per_dir_config)
        okta_table_drop(r->pool, r->subprocess_env, is_of_claims, NULL);
    return DECLINED;
}

static bool came_from_elsewhere(request_rec *r)
{
    const okta_request *state = okta_request_state(r, false);

    return r->prev || r->main || (state && state->config != r->per_dir_config);
}

int okta_inherit_verdict(request_rec *r)
{
    const okta_request *current = okta_request_current(r);

    if (current != okta_request_state(r, false)) {
        if (current->claims) {
            r->user = (char *)current->user;
            r->ap_auth_type = (char *)OKTA_AUTH_TYPE;
        }
        okta_set_claim_headers(r);
        okta_note_pass(r, current);
    }
    if (okta_dir_claim_env(okta_dir_config_of(r)) == OKTA_CLAIM_ENV_OFF && came_from_elsewhere(r)) {
        okta_table_drop(r->pool, r->subprocess_env, is_of_claims, NULL);
        okta_name_token(r, okta_request_claims(r));
    }
    return DECLINED;
}

static void set_reason(request_rec *r, okta_reason reason)
{
    apr_table_setn(r->subprocess_env, "OKTA_REASON", okta_reason_tag(reason));
}

/* What a verdict on a part decided. mod_dir and mod_negotiation make the request what a subrequest
 * was, which no handler sees where a cache answers, or they answer as it was answered, and nobody
 * asked about the request itself. */
static void answer_for_part(request_rec *r)
{
    const okta_request *state = okta_request_state(r, false);

    if (!state)
        return;
    if (okta_request_current(r) != state) {
        okta_note_pass(r, okta_request_current(r));
    } else if (!state->claims && state->reason == OKTA_UNSET && state->of_part > OKTA_OK &&
               okta_reason_status(state->of_part) == r->status) {
        set_reason(r, state->of_part);
        okta_request_count(r, state->of_part);
    }
}

/* Behind an error, which an ErrorDocument answers. */
static bool is_behind_error(const request_rec *turn)
{
    return turn->prev && ap_is_HTTP_ERROR(turn->prev->status);
}

int okta_inherit_reason(request_rec *r)
{
    const okta_request *found = NULL;
    request_rec *last = r;

    answer_for_part(r);
    if (!r->next)
        return DECLINED;
    while (last->next) {
        last = last->next;
        answer_for_part(last);
    }
    for (const request_rec *turn = last; turn; turn = turn->prev) {
        const okta_request *state = ap_get_module_config(turn->request_config, &auth_okta_module);
        const bool has_reason = state && state->reason > OKTA_OK;

        if (has_reason)
            found = state;
        /* what becomes of the ErrorDocument does not undo the refusal, nor is it the reason for it
         */
        if ((has_reason || (state && state->claims)) && !is_behind_error(turn))
            break;
    }
    if (found) {
        set_reason(last, found->reason);
        okta_name_token(last, found->claims ? found->claims : found->verified);
        okta_mcp_set_variables(last, found->mcp);
    }
    return DECLINED;
}
