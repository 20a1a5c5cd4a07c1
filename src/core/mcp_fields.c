/* SPDX-License-Identifier: Apache-2.0 */
#include "core/mcp_fields.h"

#include <string.h>

#define ENCODED_BEGIN "=?base64?"
#define ENCODED_END "?="

/* Digit i of the base64 (RFC 4648 section 4) of bytes[length], padding included. */
static char digit_of(const unsigned char *bytes, size_t length, size_t i)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const size_t at = i / 4 * 3;
    const size_t left = length - at;
    const unsigned int group = (unsigned int)bytes[at] << 16 |
                               (left > 1 ? (unsigned int)bytes[at + 1] << 8 : 0) |
                               (left > 2 ? bytes[at + 2] : 0);

    return i % 4 > left ? '=' : digits[group >> (18 - 6 * (i % 4)) & 63];
}

/* A text has one base64 alone: what no encoder writes is nobody's text. */
static bool is_base64_of(const char *encoded, size_t size, const char *text, size_t length)
{
    if (size != (length + 2) / 3 * 4)
        return false;
    for (size_t i = 0; i < size; i++)
        if (encoded[i] != digit_of((const unsigned char *)text, length, i))
            return false;
    return true;
}

static bool is_plain(const char *field)
{
    for (; *field; field++)
        if (*field < ' ' || *field > '~')
            return false;
    return true;
}

bool okta_mcp_field_is(const char *field, const char *text, size_t length)
{
    const size_t size = strlen(field), begin = strlen(ENCODED_BEGIN), end = strlen(ENCODED_END);

    if (size >= begin + end && strncmp(field, ENCODED_BEGIN, begin) == 0 &&
        strcmp(field + size - end, ENCODED_END) == 0)
        return is_base64_of(field + begin, size - begin - end, text, length);
    return size == length && memcmp(field, text, length) == 0 && is_plain(field);
}

static bool is_value(const char *field, const okta_value *value)
{
    return value && okta_mcp_field_is(field, value->as.string, value->length);
}

static const char *version_differs(const okta_mcp_fields *fields, const okta_mcp_message *message)
{
    if (!message->version)
        return NULL;
    if (fields->version)
        return strcmp(fields->version, message->version->as.string) == 0
                   ? NULL
                   : "MCP-Protocol-Version is not the version in the body";
    return okta_mcp_is_before(message->version->as.string, message->version->length,
                              OKTA_MCP_MIRRORED)
               ? NULL
               : "MCP-Protocol-Version is missing";
}

/* What is missing in a request of a version that has both fields. */
static const char *missing(const okta_mcp_fields *fields, const okta_mcp_message *message)
{
    if (message->kind != OKTA_MCP_REQUEST || !fields->version ||
        okta_mcp_is_before(fields->version, strlen(fields->version), OKTA_MCP_MIRRORED))
        return NULL;
    if (!fields->method)
        return "Mcp-Method is missing";
    return message->needs_name && message->name && !fields->name ? "Mcp-Name is missing" : NULL;
}

const char *okta_mcp_differs(const okta_mcp_fields *fields, const okta_mcp_message *message)
{
    const char *differs;

    if (fields->fault)
        return fields->fault;
    if (fields->version && strchr(fields->version, ','))
        return "MCP-Protocol-Version is there twice";
    if (!message || message->kind == OKTA_MCP_RESPONSE) {
        if (fields->method || fields->name)
            return message ? "Mcp-Method or Mcp-Name with a response"
                           : "Mcp-Method or Mcp-Name with an array";
        return NULL;
    }
    differs = version_differs(fields, message);
    if (differs)
        return differs;
    if (fields->method && !is_value(fields->method, message->method))
        return "Mcp-Method is not the method in the body";
    if (fields->name && !message->name)
        return "Mcp-Name, and no name in the body";
    if (fields->name && !is_value(fields->name, message->name))
        return "Mcp-Name is not the name in the body";
    return missing(fields, message);
}
