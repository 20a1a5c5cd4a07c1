/* SPDX-License-Identifier: Apache-2.0 */
/* What a body for an MCP server says, and which scopes that needs. */
#ifndef OKTA_HTTPD_MCP_NEEDS_H
#define OKTA_HTTPD_MCP_NEEDS_H

#include "core/mcp_fields.h"
#include "core/result.h"
#include "httpd/config.h"

/* From the request's pool. */
typedef struct okta_mcp_needs {
    const void *config;         /* of the request: the per-directory one that it was judged under */
    apr_array_header_t *scopes; /* const char *, each once; NULL: none */
    const char *method, *name;  /* for the log and the environment: without control characters, cut;
                                   of an array all, with spaces between them; NULL: none */
    const char *id;             /* the JSON that an answer repeats; NULL: none */
    const char *fault;          /* of what the client sent; NULL: none */
    bool read;                  /* there is a message, and nothing is wrong with it */
} okta_mcp_needs;

/* Read it. OKTA_OK, OKTA_OUT_OF_MEMORY, or what is wrong, with the detail in result; id, method and
 * name are set as far as they are known. */
okta_reason okta_mcp_read_body(apr_pool_t *pool, const okta_dir_config *config, const char *text,
                               apr_size_t length, const okta_mcp_fields *fields,
                               okta_mcp_needs *needs, okta_result *result);

#endif
