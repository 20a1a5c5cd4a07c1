/* SPDX-License-Identifier: Apache-2.0 */
/* What the header of a request says of the message in its body (MCP 2026-07-28, standard headers).
 */
#ifndef OKTA_CORE_MCP_FIELDS_H
#define OKTA_CORE_MCP_FIELDS_H

#include "core/mcp.h"

/* As they came; NULL: the field is not there. fault: what is wrong with them by themselves. */
typedef struct okta_mcp_fields {
    const char *version; /* MCP-Protocol-Version */
    const char *method;  /* Mcp-Method */
    const char *name;    /* Mcp-Name */
    const char *fault;   /* a static text; NULL: nothing */
} okta_mcp_fields;

/* Whether the fields say what the body says; NULL, or what differs, a static text. message NULL:
 * the body is an array. Any thread. */
const char *okta_mcp_differs(const okta_mcp_fields *fields, const okta_mcp_message *message);

/* Whether a field's value is this text: as it is where it is of printable ASCII alone and does not
 * look like the other form, `=?base64?…?=` with the base64 of its bytes. */
bool okta_mcp_field_is(const char *field, const char *text, size_t length);

#endif
