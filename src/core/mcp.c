/* SPDX-License-Identifier: Apache-2.0 */
#include "core/mcp.h"

#include <math.h>
#include <string.h>

#define VERSION_MEMBER "io.modelcontextprotocol/protocolVersion"

static bool is_string(const okta_value *value)
{
    return value && value->type == OKTA_VALUE_STRING;
}

static bool equals(const okta_value *value, const char *text)
{
    return is_string(value) && strcmp(value->as.string, text) == 0;
}

/* As readers fold that take a member for another one but for its case: ASCII, and what Unicode
 * folds to a letter of ours (Go's encoding/json: long s, Kelvin sign; the Turkish i beside them).
 */
static char folded(const char **at)
{
    static const struct {
        const char *bytes;
        char letter;
    } others[] = {{"\xc5\xbf", 's'}, {"\xe2\x84\xaa", 'k'}, {"\xc4\xb0", 'i'}, {"\xc4\xb1", 'i'}};
    char c = **at;

    for (size_t i = 0; (unsigned char)c >= 0x80 && i < sizeof(others) / sizeof(others[0]); i++) {
        size_t length = strlen(others[i].bytes);

        if (strncmp(*at, others[i].bytes, length) == 0) {
            *at += length;
            return others[i].letter;
        }
    }
    ++*at;
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool is_alike(const char *name, const char *known)
{
    while (*name && *known)
        if (folded(&name) != folded(&known))
            return false;
    return !*name && !*known;
}

/* Whether a member's name is one of these but for its case; or what JavaScript may take for where
 * all members come from that an object lacks. */
static bool has_double(const okta_value *object, const char *const *known)
{
    for (uint32_t i = 0; i < object->length; i++) {
        const char *name = object->as.children[i].name;

        for (const char *const *one = known; *one; one++)
            if (strcmp(name, *one) != 0 && is_alike(name, *one))
                return true;
        if (strcmp(name, "__proto__") == 0)
            return true;
    }
    return false;
}

/* Which member of params names what a method is about (MCP 2026-07-28, standard headers). */
static const char *naming_member(const char *method)
{
    return strncmp(method, "resources/", 10) == 0 ? "uri"
           : strncmp(method, "tasks/", 6) == 0    ? "taskId"
                                                  : "name";
}

/* The methods that are nothing without a name. */
static bool needs_name(const okta_value *method)
{
    return equals(method, "tools/call") || equals(method, "prompts/get") ||
           equals(method, "resources/read");
}

static const char *read_version(const okta_value *params, okta_mcp_message *message)
{
    const okta_value *meta = okta_value_entry(params, "_meta");

    message->version = okta_value_entry(meta, VERSION_MEMBER);
    return message->version && !is_string(message->version)
               ? "the protocol version in params._meta is no string"
               : NULL;
}

static const char *read_params(const okta_value *params, okta_mcp_message *message)
{
    static const char *const known[] = {"name", "uri", "taskId", "_meta", NULL};

    message->needs_name = needs_name(message->method);
    if (!params)
        return NULL;
    if (params->type != OKTA_VALUE_OBJECT)
        return "its params are no object";
    if (has_double(params, known))
        return "its params have a member that is \"name\", \"uri\", \"taskId\" or \"_meta\" but "
               "for case, or \"__proto__\"";
    message->name = okta_value_entry(params, naming_member(message->method->as.string));
    if (message->name && !is_string(message->name))
        return "the name in its params is no string";
    return read_version(params, message);
}

static bool is_number(const okta_value *value)
{
    return value->type == OKTA_VALUE_INTEGER ||
           (value->type == OKTA_VALUE_REAL && isfinite(value->as.real));
}

static bool is_id(const okta_value *value)
{
    return is_string(value) || is_number(value);
}

static const char *read_response(const okta_value *value, const okta_value *id)
{
    const okta_value *result = okta_value_entry(value, "result");
    const okta_value *error = okta_value_entry(value, "error");

    if (!result == !error)
        return "neither a method nor either a result or an error is in it";
    /* whoever could not read a request cannot repeat its id */
    if (!id || id->type == OKTA_VALUE_NULL)
        return error ? NULL : "a result without the id of its request";
    return is_id(id) ? NULL : "its id is neither a string nor a number";
}

const char *okta_mcp_read(const okta_value *value, okta_mcp_message *message)
{
    static const char *const known[] = {"jsonrpc", "id",   "method", "params", "result",
                                        "error",   "name", "uri",    NULL};

    *message = (okta_mcp_message){.kind = OKTA_MCP_RESPONSE};
    if (value->type != OKTA_VALUE_OBJECT)
        return "a message is no object";
    if (has_double(value, known))
        return "it has a member that is one of JSON-RPC's but for case, or \"__proto__\"";
    if (!equals(okta_value_entry(value, "jsonrpc"), "2.0"))
        return "its \"jsonrpc\" is not \"2.0\"";
    message->id = okta_value_entry(value, "id");
    message->method = okta_value_entry(value, "method");
    if (!message->method)
        return read_response(value, message->id);
    if (!is_string(message->method))
        return "its method is no string";
    if (okta_value_entry(value, "result") || okta_value_entry(value, "error"))
        return "a method and a result or an error are in it";
    if (message->id && !is_id(message->id))
        return "its id is neither a string nor a number";
    message->kind = message->id ? OKTA_MCP_REQUEST : OKTA_MCP_NOTIFICATION;
    return read_params(okta_value_entry(value, "params"), message);
}

const okta_value *okta_mcp_id(const okta_value *value, bool doubtful)
{
    const okta_value *id = NULL;

    if (!value || value->type != OKTA_VALUE_OBJECT)
        return NULL;
    for (uint32_t i = 0; i < value->length; i++) {
        if (strcmp(value->as.children[i].name, "id") != 0)
            continue;
        if (id)
            return NULL;
        id = &value->as.children[i];
    }
    if (!id || !is_id(id))
        return NULL;
    /* what is no character stands where the reader could not tell */
    return doubtful && is_string(id) && strstr(id->as.string, "\xef\xbf\xbd") ? NULL : id;
}

bool okta_mcp_is_before(const char *text, size_t length, const char *version)
{
    static const char form[] = "dddd-dd-dd";

    if (length != sizeof(form) - 1)
        return false;
    for (size_t i = 0; i < length; i++)
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return false;
    return memcmp(text, version, length) < 0;
}
