/* SPDX-License-Identifier: Apache-2.0 */
#include "core/mcp_fields.h"
#include "core/mcp_rules.h"

#include "../oracle.h"
#include "fuzz.h"

#include <strings.h>

static bool is_text(const json_t *json, const okta_value *value)
{
    return value ? json_is_string(json) && json_string_length(json) == value->length &&
                       memcmp(json_string_value(json), value->as.string, value->length) == 0
                 : !json;
}

/* How many members a reader that takes no heed of case could take for this one. */
static size_t alike(const json_t *object, const char *known)
{
    const char *name;
    json_t *member;
    size_t count = 0;

    json_object_foreach((json_t *)object, name, member)
    {
        count += strcasecmp(name, known) == 0;
    }
    return count;
}

/* What a back end would do is what we say of it, by jansson's account. */
static void hold_message(const json_t *json, const okta_mcp_message *message)
{
    static const char *const once[] = {"jsonrpc", "id", "method", "params", "result", "error"};
    const json_t *method = json_object_get(json, "method"),
                 *params = json_object_get(json, "params");
    const char *called = method ? json_string_value(method) : "";
    const char *member = strncmp(called, "resources/", 10) == 0 ? "uri"
                         : strncmp(called, "tasks/", 6) == 0    ? "taskId"
                                                                : "name";

    hold(json_is_object(json) &&
         strcmp(json_string_value(json_object_get(json, "jsonrpc")), "2.0") == 0);
    hold(is_text(method, message->method));
    hold((message->kind == OKTA_MCP_RESPONSE) == !method);
    hold(!method || (alike(json, "result") == 0 && alike(json, "error") == 0));
    for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++)
        hold(alike(json, once[i]) <= 1);
    if (method) {
        hold(!params || json_is_object(params));
        hold(is_text(json_object_get(params, member), message->name));
        hold(!params || alike(params, member) <= 1);
    }
}

/* The fields that its sender would write fit, and others do not. */
static void hold_fields(const okta_mcp_message *message)
{
    okta_mcp_fields fields = {.method = message->method->as.string};

    if (okta_mcp_field_is(fields.method, fields.method, message->method->length))
        hold(!okta_mcp_differs(&fields, message) || message->version);
    fields.method = "x";
    hold(okta_mcp_differs(&fields, message) || strcmp(message->method->as.string, "x") == 0);
}

static bool judge(const okta_value *value, const json_t *json)
{
    okta_mcp_message message;

    if (okta_mcp_read(value, &message))
        return false;
    hold_message(json, &message);
    if (message.method) {
        hold_fields(&message);
        hold(okta_mcp_matches("*", message.method->as.string, message.method->length));
        hold(okta_mcp_matches(message.method->as.string, message.method->as.string,
                              message.method->length));
    }
    return true;
}

/* What is read without a doubt is what jansson reads, and the message that it is. What there are
 * doubts about comes back for its sender alone. */
FUZZ_TARGET("message")
{
    okta_flaw flaw;
    okta_error error = {""};
    okta_value *value = okta_read_message(input, length, &flaw, &error);
    json_t *json = oracle_message(input, length);
    const okta_value *id = okta_mcp_id(value, flaw != OKTA_FLAW_NONE);
    bool good = flaw == OKTA_FLAW_NONE;

    hold(flaw != OKTA_FLAW_NO_MEMORY);
    hold(good == (json != NULL));
    hold(good == !error.text[0] && (!good || value));
    hold(flaw != OKTA_FLAW_NOT_JSON || !value);
    hold(!id || id->type == OKTA_VALUE_STRING || id->type == OKTA_VALUE_INTEGER ||
         id->type == OKTA_VALUE_REAL);
    if (good && value->type == OKTA_VALUE_OBJECT) {
        good = judge(value, json);
    } else if (good) {
        for (uint32_t i = 0; i < value->length; i++)
            good = judge(&value->as.children[i], json_array_get(json, i)) && good;
        good = good && value->length > 0;
    }
    json_decref(json);
    free(value);
    return good;
}
