/* SPDX-License-Identifier: Apache-2.0 */
/* prove: core/mcp_fields.c */
/* instead core/mcp.c: okta_value_entry(value, "params") => NULL */
/* models: errors.c values.c compare.c */
/* options: -eva-no-alloc-returns-null -inline-calls
 * okta_value_entry,is_string,equals,is_id,strncmp,folded */
/* unreached: okta_mcp_read 55: what is written out at each call (okta_value_entry, strncmp) has
 * parts for other words, and for what is no object */
/* unreached: read_params 11: the same */
/* unreached: read_version 15: the same */
/* unreached: read_response 21: the same */
/* unreached: is_alike 40: the same of folded */
/* unreached: naming_member 9: the same */
/* unreached: needs_name 13: the same */
/* unreached: okta_mcp_id 8: the same */
/* unreached: okta_mcp_field_is 9: the same */
/* unreached: has_double 3: no name is as long as "__proto__" */
/* unreached: is_number 2: all numbers are finite */
/* unreached: okta_mcp_is_before 3: all dates are as long as one */
/* functions: okta_mcp_read read_params read_version read_response has_double is_alike naming_member
 * needs_name okta_mcp_id is_number */
/* functions: okta_mcp_is_before okta_mcp_field_is is_base64_of digit_of is_plain */
#include "core/mcp.c"
#include "core/mcp_fields.h"
#include "prove.h"

#include <string.h>

const char *const prove_words[] = {"2.0", NULL};
void prove_begin(size_t length);
const char *prove_string(void);

/* What params say of a method. */
static void read_any_params(const char *method)
{
    const okta_value named = {
        .type = OKTA_VALUE_STRING, .length = (uint32_t)strlen(method), .as = {.string = method}};
    const okta_value any = {.type = OKTA_VALUE_OBJECT};
    okta_mcp_message message = {.method = &named};

    read_params(okta_value_entry(&any, "params"), &message);
}

static void find_id(void)
{
    const okta_value any = {.type = OKTA_VALUE_OBJECT};
    const okta_value *id = okta_value_entry(&any, "id");
    okta_value children[2] = {{.name = prove_string()}, {.name = "id"}};
    const okta_value object = {
        .type = OKTA_VALUE_OBJECT, .length = 2, .as = {.children = children}};

    if (id) {
        children[1] = *id;
        okta_mcp_id(&object, Frama_C_interval(0, 1));
    }
    okta_mcp_id(NULL, false);
}

/* Strings of that many bytes; params by themselves, for there are too many messages with them. */
PROVE(3)
{
    const okta_value child = {.name = any_string(length)};
    const okta_value object = {.type = OKTA_VALUE_OBJECT, .length = 1, .as = {.children = &child}};
    char *field = any_string(length), *encoded = any_string(9 + 4 + 2);
    char date[] = "2026-07-28";
    okta_mcp_message message;

    prove_begin(length);
    okta_mcp_read(&object, &message);
    prove_begin(length);
    read_any_params("resources/read");
    prove_begin(length);
    read_any_params(prove_string());
    prove_begin(length);
    find_id();
    okta_mcp_field_is(field, field, length);
    memcpy(encoded, "=?base64?", 9);
    memcpy(encoded + 9 + 4, "?=", 2);
    okta_mcp_field_is(encoded, field, length);
    Frama_C_make_unknown(date + length, 3);
    okta_mcp_is_before(date, sizeof(date) - 1, OKTA_MCP_MIRRORED);
}
