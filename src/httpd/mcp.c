/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/mcp.h"

#include "core/match.h"
#include "httpd/backend.h"
#include "httpd/config.h"
#include "httpd/mcp_answer.h"
#include "httpd/mcp_body.h"
#include "httpd/mcp_header.h"
#include "httpd/mcp_needs.h"
#include "httpd/request.h"
#include "httpd/respond.h"

#include <apr_strings.h>
#include <http_protocol.h>

static bool is_on(request_rec *r)
{
    return okta_dir_mcp(okta_dir_config_of(r)) && okta_request_is_ours(r);
}

/* httpd makes a GET for the ErrorDocument of whatever it was. */
static bool is_error_document(const request_rec *r)
{
    return r->prev && ap_is_HTTP_ERROR(r->prev->status);
}

static okta_mcp_needs *begin(request_rec *r)
{
    okta_mcp_needs *needs = apr_pcalloc(r->pool, sizeof(*needs));

    needs->config = r->per_dir_config;
    okta_request_state(r, true)->mcp = needs;
    return needs;
}

/* The message itself. status: where the body could not be read. */
static okta_reason read_message(request_rec *r, okta_mcp_needs *needs, okta_result *result,
                                int *status)
{
    const okta_dir_config *config = okta_dir_config_of(r);
    const apr_size_t most = (apr_size_t)okta_dir_mcp_max_bytes(config);
    const apr_table_t *header = r->headers_in;
    const okta_body *body;
    okta_mcp_fields fields;

    *status = okta_body_read(r, most, &body);
    if (*status != OK)
        return OKTA_UNSET;
    if (body->length > most)
        return okta_result_set(
            result, OKTA_MCP_TOO_LARGE,
            "its body is longer than the %" APR_SIZE_T_FMT " bytes of OktaMcpMaxBytes", most);
    /* MergeTrailers */
    if (r->headers_in != header && okta_mcp_judge_type(r, result) != OKTA_OK)
        return result->reason;
    fields = okta_mcp_fields_of(r);
    return okta_mcp_read_body(r->pool, config, body->text, body->length, &fields, needs, result);
}

/* What is wrong with the request, whoever sent it. */
static okta_reason judge_request(request_rec *r, okta_mcp_needs *needs, okta_result *result,
                                 int *status)
{
    const apr_size_t most = (apr_size_t)okta_dir_mcp_max_bytes(okta_dir_config_of(r));
    okta_reason reason = okta_mcp_judge_way(r, most, result);

    *status = OK;
    if (reason != OKTA_OK)
        return reason;
    if (r->method_number != M_POST) {
        /* HTTP/2 need not announce one */
        okta_body_deny(r);
        return OKTA_OK;
    }
    reason = okta_mcp_judge_type(r, result);
    return reason == OKTA_OK ? read_message(r, needs, result, status) : reason;
}

static void add_words(apr_pool_t *pool, apr_array_header_t **list, const char *words)
{
    while (words && *words)
        okta_append(pool, list, ap_getword_white(pool, &words));
}

static const char *joined(apr_pool_t *pool, const char *first, const apr_array_header_t *more)
{
    apr_array_header_t *all = apr_array_make(pool, 4, sizeof(const char *));

    add_words(pool, &all, first);
    for (int i = 0; more && i < more->nelts; i++)
        okta_append(pool, &all, APR_ARRAY_IDX(more, i, const char *));
    return apr_array_pstrcat(pool, all, ' ');
}

/* Whether the caller has what the message needs. */
static okta_reason judge_scopes(request_rec *r, okta_mcp_needs *needs, okta_result *result)
{
    const apr_array_header_t *scopes = needs->scopes;
    const okta_request *judged = okta_request_judged(r);
    const okta_claims *claims = judged ? judged->claims : NULL;
    okta_request *state = okta_request_state(r, true);
    int i = 0;

    while (claims && scopes && i < scopes->nelts &&
           okta_claims_have_scope(claims, APR_ARRAY_IDX(scopes, i, const char *)))
        i++;
    if (!scopes || i == scopes->nelts)
        return OKTA_OK;
    state->scopes = joined(r->pool, state->asked_scopes, scopes);
    if (!claims)
        return okta_result_set(
            result, judged && judged->reason > OKTA_OK ? judged->reason : OKTA_TOKEN_MISSING,
            "nobody is known, and %s needs the scope \"%s\" by OktaMcpScope", needs->method,
            APR_ARRAY_IDX(scopes, i, const char *));
    okta_result_set(result, OKTA_INSUFFICIENT_SCOPE,
                    "%s of \"%s\" needs the scope \"%s\" by OktaMcpScope, which the token lacks",
                    needs->method, needs->name ? needs->name : "",
                    APR_ARRAY_IDX(scopes, i, const char *));
    okta_claims_identify(claims, result);
    return OKTA_INSUFFICIENT_SCOPE;
}

static int refuse(request_rec *r, const okta_mcp_needs *needs, const okta_result *result)
{
    const okta_request *state = okta_request_state(r, true);

    if (!okta_dir_enforce(okta_dir_config_of(r))) {
        /* else authentication or Require has told of it */
        if (!state->would_refuse)
            okta_let_pass(r, result);
        return OK;
    }
    okta_mcp_set_variables(r, needs);
    if (okta_reason_status(result->reason) == HTTP_SERVICE_UNAVAILABLE)
        okta_set_retry_after(r, 1);
    return okta_refuse(r, result);
}

int okta_mcp_authorize(request_rec *r)
{
    okta_mcp_needs *needs;
    okta_result result;
    okta_reason reason;
    int status;

    if (!is_on(r) || is_error_document(r) || okta_request_state(r, true)->preflight)
        return OK;
    needs = begin(r);
    if (r->main) {
        /* a part of the answer is made of no message */
        okta_body_deny(r);
        return OK;
    }
    okta_result_init(&result);
    reason = judge_request(r, needs, &result, &status);
    if (status != OK)
        return status;
    if (reason == OKTA_OK)
        reason = judge_scopes(r, needs, &result);
    return reason == OKTA_OK ? OK : refuse(r, needs, &result);
}

void okta_mcp_add_scopes(request_rec *r)
{
    okta_request *state = okta_request_state(r, true);
    okta_mcp_needs *needs;
    okta_result result;
    int status;

    if (!is_on(r) || r->main || is_error_document(r) || r->method_number != M_POST ||
        !state->scopes)
        return;
    needs = begin(r);
    okta_result_init(&result);
    if (judge_request(r, needs, &result, &status) == OKTA_OK && needs->scopes)
        state->scopes = joined(r->pool, state->scopes, needs->scopes);
    okta_mcp_set_variables(r, needs);
}

/* The message was refused, here or before the request was redirected. */
static bool was_refused(const request_rec *r)
{
    for (r = r->prev; r; r = r->prev) {
        const okta_request *state = ap_get_module_config(r->request_config, &auth_okta_module);

        if (state && state->refused && state->mcp)
            return true;
    }
    return false;
}

int okta_mcp_guard(request_rec *r)
{
    const okta_request *state = okta_request_state(r, false);
    const bool on = is_on(r);
    int status;

    if (was_refused(r) || (on && is_error_document(r))) {
        okta_body_drop(r);
        return DECLINED;
    }
    if (!on || (state && state->mcp && state->mcp->config == r->per_dir_config))
        return DECLINED;
    status = okta_mcp_authorize(r);
    state = okta_request_state(r, true);
    okta_mcp_set_variables(r, state->mcp);
    if (state->would_refuse)
        okta_set_claim_headers(r);
    return status == OK ? DECLINED : status;
}

int okta_mcp_export(request_rec *r)
{
    const okta_request *state = okta_request_state(r, false);

    if (state)
        okta_mcp_set_variables(r, state->mcp);
    return DECLINED;
}
