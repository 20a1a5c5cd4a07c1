/* SPDX-License-Identifier: Apache-2.0 */
/* What jansson makes of JSON text: the second opinion on our reader. */
#ifndef OKTA_TESTS_ORACLE_H
#define OKTA_TESTS_ORACLE_H

#include "core/reader.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

static inline int oracle_depth(const json_t *json)
{
    int deepest = 0;
    const char *name;
    json_t *child;
    size_t index;

    json_array_foreach(json, index, child)
    {
        int depth = oracle_depth(child);
        deepest = depth > deepest ? depth : deepest;
    }
    json_object_foreach((json_t *)json, name, child)
    {
        int depth = oracle_depth(child);
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + (json_is_array(json) || json_is_object(json));
}

/* The object, or NULL for what okta_read_object has to refuse. jansson itself passes over a NUL
 * that follows a number, and nests deeper. The caller owns the reference. */
static inline json_t *oracle_object(const char *input, size_t length)
{
    json_t *json = memchr(input, '\0', length)
                       ? NULL
                       : json_loadb(input, length, JSON_REJECT_DUPLICATES, NULL);

    if (json && json_is_object(json) && oracle_depth(json) <= OKTA_JSON_MAX_DEPTH)
        return json;
    json_decref(json);
    return NULL;
}

/* The same for what okta_read_document reads. */
static inline json_t *oracle_document(const char *input, size_t length)
{
    size_t skipped = length >= 3 && memcmp(input, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    return oracle_object(input + skipped, length - skipped);
}

/* The same for what okta_read_message reads without a doubt. Whole numbers beyond int64 are no
 * integers then. */
static inline json_t *oracle_message(const char *input, size_t length)
{
    json_t *json = NULL;
    json_error_t error;

    if (!memchr(input, '\0', length))
        json = json_loadb(input, length, JSON_REJECT_DUPLICATES, &error);
    if (!json && !memchr(input, '\0', length) &&
        json_error_code(&error) == json_error_numeric_overflow)
        json = json_loadb(input, length, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);
    if (json && oracle_depth(json) <= OKTA_MESSAGE_MAX_DEPTH)
        return json;
    json_decref(json);
    return NULL;
}

/* Whether the two say the same. */
static inline bool oracle_agrees(const json_t *json, const okta_value *value)
{
    json_t *printed = value ? okta_value_to_json(value) : NULL;
    bool same = json ? json_equal(json, printed) : !value;

    json_decref(printed);
    return same;
}

#endif
