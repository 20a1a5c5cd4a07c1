/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/respond.h"

#include "core/challenge.h"
#include "httpd/config.h"
#include "httpd/dpop.h"
#include "httpd/identity.h"
#include "httpd/mcp_answer.h"
#include "httpd/request_log.h"
#include "httpd/resource.h"

#include <apr_buckets.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <mod_core.h>
#include <util_filter.h>

#define FILTER_NAME "OKTA_ERROR_BODY"
#define DEFAULT_REALM "Okta"
#define CHALLENGE_MAX 4096
#define BODY_MAX 512

static const char *joined(apr_pool_t *pool, const apr_array_header_t *words)
{
    return words && words->nelts > 0 ? apr_array_pstrcat(pool, words, ' ') : NULL;
}

/* httpd keeps AuthName with its quotes escaped already. */
static const char *realm_of(request_rec *r)
{
    const char *name = ap_auth_name(r);
    char *realm, *to;

    if (!name || !strstr(name, "\\\""))
        return name ? name : DEFAULT_REALM;
    realm = to = apr_palloc(r->pool, strlen(name) + 1);
    for (; *name; name++) {
        if (strncmp(name, "\\\"", 2) == 0)
            name++;
        *to++ = *name;
    }
    *to = '\0';
    return realm;
}

static void set_challenge(request_rec *r, okta_reason reason)
{
    const okta_dir_config *config = okta_dir_config_of(r);
    const okta_request *state = okta_request_state(r, false);
    okta_challenge challenge = {.algs = okta_dpop_algorithms(r, reason),
                                .realm = realm_of(r),
                                .reason = reason,
                                .resource_metadata = okta_resource_metadata_url(r)};
    char *text = apr_palloc(r->pool, CHALLENGE_MAX);

    /* clients ask for what they read, also ahead of their first token (MCP, authorization) */
    if ((reason == OKTA_INSUFFICIENT_SCOPE || reason == OKTA_TOKEN_MISSING) && state)
        challenge.scope = state->scopes;
    if (reason == OKTA_STEP_UP_NEEDED) {
        challenge.acr_values = joined(r->pool, config->step_up_acrs);
        if (config->step_up_max_age >= 0)
            challenge.max_age = apr_itoa(r->pool, (int)config->step_up_max_age);
    }
    if (okta_challenge_text(&challenge, text, CHALLENGE_MAX) == 0) {
        challenge =
            (okta_challenge){.algs = challenge.algs, .realm = DEFAULT_REALM, .reason = reason};
        okta_challenge_text(&challenge, text, CHALLENGE_MAX);
    }
    apr_table_setn(r->err_headers_out, "WWW-Authenticate", text);
    if (challenge.algs)
        okta_dpop_hand_out_nonce(r);
}

static okta_request *note(request_rec *r, const okta_result *result)
{
    okta_request *state = okta_request_state(r, true);

    state->reason = result->reason;
    apr_table_setn(r->subprocess_env, "OKTA_REASON", okta_reason_tag(result->reason));
    okta_name_token(r, state->claims ? state->claims : state->verified);
    return state;
}

int okta_refuse(request_rec *r, const okta_result *result)
{
    int status = okta_reason_status(result->reason);
    okta_request *state = note(r, result);

    state->would_refuse = false;
    state->refused = true;
    okta_request_count(r, result->reason);
    /* RFC 6750 section 3: a challenge belongs to 401; with 400 and 403 it carries the error */
    if (status < 500 && !okta_reason_rpc_code(result->reason))
        set_challenge(r, result->reason);
    okta_log_refused(r, result, status);
    return status;
}

void okta_pass_anonymous(request_rec *r, const okta_result *result)
{
    note(r, result);
    if (result->reason != OKTA_TOKEN_MISSING)
        okta_log_anonymous(r, result);
}

void okta_let_pass(request_rec *r, const okta_result *result)
{
    note(r, result)->would_refuse = true;
    /* a client that has no nonce would never get one */
    if (result->reason == OKTA_PROOF_NONCE)
        okta_dpop_hand_out_nonce(r);
    okta_log_would_refuse(r, result, okta_reason_status(result->reason));
}

void okta_set_retry_after(request_rec *r, int seconds)
{
    apr_table_setn(r->err_headers_out, "Retry-After", apr_itoa(r->pool, seconds));
}

int okta_note_auth_failure(request_rec *r, const char *auth_type)
{
    const okta_request *state;

    if (strcasecmp(auth_type, OKTA_AUTH_TYPE) != 0)
        return DECLINED;
    state = okta_request_state(r, false);
    if (state && state->tentative)
        return OK;
    set_challenge(r, state && state->reason > OKTA_OK ? state->reason : OKTA_TOKEN_MISSING);
    return OK;
}

/* What the caller can do about it, where that is more than the reason says. */
static const char *description_of(request_rec *r, okta_reason reason)
{
    const char *absence =
        reason == OKTA_TOKEN_MISSING ? okta_request_state(r, true)->absence : NULL;

    return absence ? absence : okta_reason_description(reason);
}

/* In place of httpd's HTML: {"error":…}. What follows of the HTML is swallowed. */
static apr_status_t error_filter(ap_filter_t *f, apr_bucket_brigade *brigade)
{
    request_rec *r = f->r;
    char room[BODY_MAX];
    okta_reason reason;
    const char *body;
    size_t length;

    apr_brigade_cleanup(brigade);
    if (f->ctx)
        return APR_SUCCESS;
    f->ctx = f;
    reason = okta_request_state(r, true)->reason;
    body = okta_mcp_error_body(r, reason);
    if (body) {
        length = strlen(body);
    } else {
        body = room;
        length = okta_challenge_body(reason, description_of(r, reason), room, sizeof(room));
    }
    ap_set_content_type(r, "application/json");
    ap_set_content_length(r, (apr_off_t)length);
    if (!apr_table_get(r->err_headers_out, "Cache-Control"))
        apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    apr_brigade_write(brigade, NULL, NULL, body, length);
    APR_BRIGADE_INSERT_TAIL(brigade, apr_bucket_eos_create(f->c->bucket_alloc));
    return ap_pass_brigade(f->next, brigade);
}

void okta_insert_error_filter(request_rec *r)
{
    const okta_request *state = okta_request_state(r, false);

    /* it is another one's refusal */
    if (state && state->would_refuse)
        return;
    /* an ErrorDocument elsewhere: the answer is a redirect and asks for no credentials */
    if (ap_is_HTTP_REDIRECT(r->status) && state && state->reason > OKTA_OK)
        apr_table_unset(r->err_headers_out, "WWW-Authenticate");
    if (!state || state->reason <= OKTA_OK || okta_reason_status(state->reason) != r->status)
        return;
    /* the administrator's ErrorDocument goes first */
    if (ap_response_code_string(r, ap_index_of_response(r->status)))
        return;
    ap_add_output_filter(FILTER_NAME, NULL, r, r->connection);
}

void okta_register_error_filter(void)
{
    ap_register_output_filter(FILTER_NAME, error_filter, NULL, AP_FTYPE_CONTENT_SET);
}
