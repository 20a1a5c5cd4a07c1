/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/mcp_answer.h"

#include "httpd/request.h"

#include <apr_strings.h>

void okta_mcp_set_variables(request_rec *r, const okta_mcp_needs *needs)
{
    if (needs && needs->method)
        apr_table_setn(r->subprocess_env, "OKTA_MCP_METHOD", needs->method);
    if (needs && needs->name)
        apr_table_setn(r->subprocess_env, "OKTA_MCP_NAME", needs->name);
}

/* As the challenge has it. */
static const char *plain(apr_pool_t *pool, const char *text)
{
    char *copy = apr_pstrdup(pool, text);

    for (char *at = copy; *at; at++)
        if (*at < ' ' || *at > '~' || *at == '"' || *at == '\\')
            *at = '?';
    return copy;
}

/* The challenge once more, for clients that hand on the error alone. */
static const char *data_of(request_rec *r, okta_reason reason, const char *scopes)
{
    return apr_psprintf(
        r->pool, ",\"data\":{\"error\":\"%s\",\"error_description\":\"%s\",\"scope\":\"%s\"}",
        okta_reason_error(reason), okta_reason_description(reason), plain(r->pool, scopes));
}

const char *okta_mcp_error_body(request_rec *r, okta_reason reason)
{
    const okta_request *state = okta_request_state(r, true);
    const okta_mcp_needs *needs = state->mcp;
    const char *fault = needs ? needs->fault : NULL, *data = "";
    int code = okta_reason_rpc_code(reason);
    char message[512];

    if (!code && needs && needs->read && reason == OKTA_INSUFFICIENT_SCOPE && state->scopes) {
        code = OKTA_RPC_SERVER_ERROR;
        data = data_of(r, reason, state->scopes);
    }
    if (!code)
        return NULL;
    okta_text_format(message, sizeof(message), "%s%s%s", okta_reason_description(reason),
                     fault ? ": " : "", fault ? fault : "");
    for (char *at = message; *at; at++)
        if (*at == '"' || *at == '\\')
            *at = '\'';
    return apr_psprintf(
        r->pool, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":%d,\"message\":\"%s\"%s}}\n",
        needs && needs->id ? needs->id : "null", code, message, data);
}
