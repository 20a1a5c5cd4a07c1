/* SPDX-License-Identifier: Apache-2.0 */
#include "core/value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const okta_value *okta_value_entry(const okta_value *value, const char *name)
{
    const okta_value *child, *end;

    if (!value || value->type != OKTA_VALUE_OBJECT)
        return NULL;
    child = value->as.children;
    for (end = child + value->length; child < end; child++)
        /* most names differ in their first letter, which is cheaper than a call */
        if (child->name[0] == name[0] && strcmp(child->name, name) == 0)
            return child;
    return NULL;
}

const okta_value *okta_value_member(const okta_value *value, const char *name)
{
    const okta_value *member = okta_value_entry(value, name);

    return member && member->type != OKTA_VALUE_NULL ? member : NULL;
}

const char *okta_value_text(const okta_value *value, const char *name)
{
    const okta_value *member = okta_value_entry(value, name);

    return member && member->type == OKTA_VALUE_STRING ? member->as.string : NULL;
}

bool okta_value_floor(const okta_value *value, int64_t *result, bool *fraction)
{
    double whole;

    *fraction = false;
    if (value->type == OKTA_VALUE_INTEGER) {
        *result = value->as.integer;
        return true;
    }
    if (value->type != OKTA_VALUE_REAL)
        return false;
    whole = floor(value->as.real);
    if (!(whole >= -9.2e18 && whole <= 9.2e18))
        return false;
    *result = (int64_t)whole;
    *fraction = value->as.real > whole;
    return true;
}

static bool is_string(const okta_value *value, const char *text, size_t length)
{
    return value->type == OKTA_VALUE_STRING && value->length == length &&
           memcmp(value->as.string, text, length) == 0;
}

bool okta_value_holds(const okta_value *value, const char *text, size_t length)
{
    if (value->type != OKTA_VALUE_ARRAY)
        return is_string(value, text, length);
    for (uint32_t i = 0; i < value->length; i++)
        if (is_string(&value->as.children[i], text, length))
            return true;
    return false;
}

static bool is_container(const okta_value *value)
{
    return value->type == OKTA_VALUE_ARRAY || value->type == OKTA_VALUE_OBJECT;
}

/* The values lie side by side behind the root, and all texts behind them. */
size_t okta_value_extent(const okta_value *root, size_t *count)
{
    const char *last = NULL;
    size_t total = 1;

    for (size_t i = 0; i < total; i++) {
        const okta_value *value = &root[i];

        if (is_container(value))
            total += value->length;
        if (value->name && value->name > last)
            last = value->name;
        if (value->type == OKTA_VALUE_STRING && value->as.string > last)
            last = value->as.string;
    }
    *count = total;
    return last ? (size_t)(last + strlen(last) + 1 - (const char *)root)
                : total * sizeof(okta_value);
}

void okta_value_shift(okta_value *values, size_t count, uintptr_t by)
{
    for (okta_value *value = values; value < values + count; value++) {
        if (value->name)
            value->name = (const char *)((uintptr_t)value->name + by);
        if (value->type >= OKTA_VALUE_STRING)
            value->as.string = (const char *)((uintptr_t)value->as.string + by);
    }
}

static json_t *container_to_json(const okta_value *value)
{
    bool is_array = value->type == OKTA_VALUE_ARRAY;
    json_t *json = is_array ? json_array() : json_object();

    for (uint32_t i = 0; json && i < value->length; i++) {
        const okta_value *child = &value->as.children[i];
        json_t *item = okta_value_to_json(child);

        /* the _new functions take the reference even when they fail, and fail on NULL */
        if (is_array ? json_array_append_new(json, item)
                     : json_object_set_new(json, child->name, item)) {
            json_decref(json);
            return NULL;
        }
    }
    return json;
}

json_t *okta_value_to_json(const okta_value *value)
{
    switch ((okta_value_type)value->type) {
    case OKTA_VALUE_BOOLEAN:
        return json_boolean(value->as.integer);
    case OKTA_VALUE_INTEGER:
        return json_integer(value->as.integer);
    case OKTA_VALUE_REAL:
        return json_real(value->as.real);
    case OKTA_VALUE_STRING:
        return json_stringn(value->as.string, value->length);
    case OKTA_VALUE_ARRAY:
    case OKTA_VALUE_OBJECT:
        return container_to_json(value);
    case OKTA_VALUE_NULL:
    default:
        return json_null();
    }
}

char *okta_json_text(const json_t *json, size_t flags)
{
    size_t size = json ? json_dumpb(json, NULL, 0, flags) : 0;
    char *text = size ? malloc(size + 1) : NULL;

    if (text && json_dumpb(json, text, size, flags) != size) {
        free(text);
        return NULL;
    }
    if (text)
        text[size] = '\0';
    return text;
}
