/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/mcp_needs.h"

#include "core/mcp_rules.h"
#include "core/reader.h"

#include <apr_strings.h>
#include <stdlib.h>

#define SHOWN_MAX 1024

typedef struct reading {
    apr_pool_t *pool;
    const okta_dir_config *config;
    const okta_mcp_fields *fields;
    okta_mcp_needs *needs;
    okta_result *result;
} reading;

static okta_reason refuse(reading *r, okta_reason reason, const char *fault)
{
    r->needs->fault = fault;
    return okta_result_set(r->result, reason, "%s", fault);
}

static const char *json_of(apr_pool_t *pool, const okta_value *value)
{
    json_t *json = value ? okta_value_to_json(value) : NULL;
    char *text = okta_json_text(json, JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_COMPACT);
    const char *copy = text ? apr_pstrdup(pool, text) : NULL;

    json_decref(json);
    free(text);
    return copy;
}

/* A number as it was written: few programs would print a long one as others do. Behind it stands
 * something of the object that it is a member of. */
static const char *id_of(apr_pool_t *pool, const char *text, const okta_value *id)
{
    if (!id || id->type == OKTA_VALUE_STRING)
        return json_of(pool, id);
    text += id->length;
    return apr_pstrmemdup(pool, text, strspn(text, "0123456789+-.eE"));
}

/* Add a text to what is shown, without what moves a terminal's cursor or ends a line. */
static void show(apr_pool_t *pool, const char **shown, const okta_value *value)
{
    const char *before = *shown ? *shown : "";
    apr_size_t used = strlen(before), length = value ? value->length : 0;
    char *text;

    if (!value || used + 1 >= SHOWN_MAX)
        return;
    if (length > SHOWN_MAX - used - 1)
        length = SHOWN_MAX - used - 1;
    /* no half of a character */
    while (length > 0 && length < value->length && (value->as.string[length] & 0xc0) == 0x80)
        length--;
    text = apr_pstrcat(pool, before, *shown ? " " : "",
                       apr_pstrmemdup(pool, value->as.string, length), NULL);
    *shown = text;
    for (unsigned char *at = (unsigned char *)text + used; *at; at++)
        if (*at < ' ' || *at == 0x7f)
            *at = '?';
        else if (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
            at[0] = at[1] = '?';
}

static void add_scopes(reading *r, const okta_mcp_message *message)
{
    const apr_array_header_t *list = r->config->mcp_rules;
    const okta_mcp_rule *const *rules = list ? (const void *)list->elts : NULL;
    const apr_size_t count = list ? (apr_size_t)list->nelts : 0;
    apr_size_t rank;

    if (!okta_mcp_rank(rules, count, message, &rank))
        return;
    for (apr_size_t i = 0; i < count; i++)
        if (rules[i]->literals == rank && okta_mcp_rule_matches(rules[i], message))
            for (apr_size_t k = 0; k < rules[i]->scopes.count; k++)
                okta_append(r->pool, &r->needs->scopes, rules[i]->scopes.items[k]);
}

static okta_reason judge_message(reading *r, const okta_value *value, bool in_array)
{
    okta_mcp_message message;
    const char *fault = okta_mcp_read(value, &message);

    if (message.method && message.method->type == OKTA_VALUE_STRING) {
        show(r->pool, &r->needs->method, message.method);
        if (message.name && message.name->type == OKTA_VALUE_STRING)
            show(r->pool, &r->needs->name, message.name);
    }
    if (fault)
        return refuse(r, OKTA_MCP_INVALID, fault);
    if (!in_array)
        fault = okta_mcp_differs(r->fields, &message);
    if (fault)
        return refuse(r, OKTA_MCP_HEADER_MISMATCH, fault);
    if (in_array && message.version &&
        !okta_mcp_is_before(message.version->as.string, message.version->length, OKTA_MCP_SINGLE))
        return refuse(r, OKTA_MCP_INVALID, "an array with a message of a version that has none");
    if (message.needs_name && !message.name)
        return refuse(r, OKTA_MCP_INVALID, "it names no tool, prompt or resource");
    if (message.method)
        add_scopes(r, &message);
    return OKTA_OK;
}

static okta_reason judge_array(reading *r, const okta_value *array)
{
    const char *version = r->fields->version;
    const char *fault = okta_mcp_differs(r->fields, NULL);

    if (fault)
        return refuse(r, OKTA_MCP_HEADER_MISMATCH, fault);
    if (version && !okta_mcp_is_before(version, strlen(version), OKTA_MCP_SINGLE))
        return refuse(r, OKTA_MCP_INVALID, "an array, which this version of the protocol has not");
    if (array->length == 0)
        return refuse(r, OKTA_MCP_INVALID, "an array without a message");
    for (uint32_t i = 0; i < array->length; i++) {
        okta_reason reason = judge_message(r, &array->as.children[i], true);

        if (reason != OKTA_OK)
            return reason;
    }
    return OKTA_OK;
}

okta_reason okta_mcp_read_body(apr_pool_t *pool, const okta_dir_config *config, const char *text,
                               apr_size_t length, const okta_mcp_fields *fields,
                               okta_mcp_needs *needs, okta_result *result)
{
    reading r = {pool, config, fields, needs, result};
    okta_flaw flaw;
    okta_error error = {""};
    okta_value *root = okta_read_message(text, length, &flaw, &error);
    okta_reason reason;

    needs->id = id_of(pool, text, okta_mcp_id(root, flaw != OKTA_FLAW_NONE));
    if (flaw == OKTA_FLAW_NO_MEMORY)
        reason = okta_result_set(result, OKTA_OUT_OF_MEMORY, "no memory to read the message");
    else if (flaw == OKTA_FLAW_NOT_JSON)
        reason = refuse(&r, OKTA_MCP_NOT_JSON, apr_pstrdup(pool, error.text));
    else if (flaw != OKTA_FLAW_NONE)
        reason = refuse(&r, OKTA_MCP_INVALID, apr_pstrdup(pool, error.text));
    else if (root->type == OKTA_VALUE_ARRAY)
        reason = judge_array(&r, root);
    else
        reason = judge_message(&r, root, false);
    free(root);
    needs->read = reason == OKTA_OK;
    return reason;
}
