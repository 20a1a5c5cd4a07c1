/* SPDX-License-Identifier: Apache-2.0 */
/* A message of the Model Context Protocol (JSON-RPC 2.0), read so that nobody who reads it behind
 * us makes another one of it. */
#ifndef OKTA_CORE_MCP_H
#define OKTA_CORE_MCP_H

#include "core/value.h"

/* The first version in which a POST carries one message and no array, and the first one whose
 * requests say in their header what is in the body. */
#define OKTA_MCP_SINGLE "2025-06-18"
#define OKTA_MCP_MIRRORED "2026-07-28"

typedef enum okta_mcp_kind {
    OKTA_MCP_REQUEST,
    OKTA_MCP_NOTIFICATION,
    OKTA_MCP_RESPONSE
} okta_mcp_kind;

/* Borrowed from the value that it was read from. */
typedef struct okta_mcp_message {
    okta_mcp_kind kind;
    const okta_value *id;      /* of a request: a string or a number */
    const okta_value *method;  /* a string; NULL: a response */
    const okta_value *name;    /* of the tool, prompt, resource or task, a string; NULL: none */
    const okta_value *version; /* that the message itself names, a string; NULL: none */
    bool needs_name;           /* its method is about one thing that has a name */
} okta_mcp_message;

/* Read one message. NULL, or what is wrong with it, a static text for the operator. A message that
 * needs a name may come without; one of another type than string is a fault. Any thread. */
const char *okta_mcp_read(const okta_value *value, okta_mcp_message *message);

/* The id that an answer to the sender repeats: a string or a number, once there; NULL: none. value
 * may be NULL, or, with doubtful, what okta_read_message has doubts about. */
const okta_value *okta_mcp_id(const okta_value *value, bool doubtful);

/* Whether the text[length] is a version (a date) before the given one. What is no date counts as
 * the newest. */
bool okta_mcp_is_before(const char *text, size_t length, const char *version);

#endif
