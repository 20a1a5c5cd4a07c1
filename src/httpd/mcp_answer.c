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

const char *okta_mcp_error_body(request_rec *r, okta_reason reason)
{
    const okta_request *state = okta_request_state(r, true);
    const okta_mcp_needs *needs = state->mcp ? state->mcp : NULL;
    const char *fault = needs ? needs->fault : NULL;
    char message[512];

    okta_text_format(message, sizeof(message), "%s%s%s", okta_reason_description(reason),
                     fault ? ": " : "", fault ? fault : "");
    for (char *at = message; *at; at++)
        if (*at == '"' || *at == '\\')
            *at = '\'';
    return apr_psprintf(
        r->pool, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":%d,\"message\":\"%s\"}}\n",
        needs && needs->id ? needs->id : "null", okta_reason_rpc_code(reason), message);
}
