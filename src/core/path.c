/* SPDX-License-Identifier: Apache-2.0 */
#include "core/path.h"

#include <string.h>

#define INDEX_DIGITS_MAX 9 /* of more elements no array can have */

/* Whether the segment, with its escapes, spells the name. */
static bool spells(const char *segment, size_t length, bool escaped, const char *name)
{
    for (size_t i = 0; i < length; i++, name++) {
        char c = segment[i];

        if (escaped && c == '~') {
            i++;
            if (i == length || (segment[i] != '0' && segment[i] != '1'))
                return false;
            c = segment[i] == '0' ? '~' : '/';
        }
        if (*name != c)
            return false;
    }
    return *name == '\0';
}

static const okta_value *member(const okta_value *object, const char *segment, size_t length,
                                bool escaped)
{
    if (object->type != OKTA_VALUE_OBJECT)
        return NULL;
    for (uint32_t i = 0; i < object->length; i++)
        if (spells(segment, length, escaped, object->as.children[i].name))
            return &object->as.children[i];
    return NULL;
}

/* RFC 6901 section 4: digits, without zeros in front. */
static const okta_value *element(const okta_value *array, const char *segment, size_t length)
{
    uint32_t index = 0;

    if (length == 0 || length > INDEX_DIGITS_MAX || (length > 1 && segment[0] == '0'))
        return NULL;
    for (size_t i = 0; i < length; i++) {
        if (segment[i] < '0' || segment[i] > '9')
            return NULL;
        index = index * 10 + (uint32_t)(segment[i] - '0');
    }
    return index < array->length ? &array->as.children[index] : NULL;
}

/* From the first segment on, one after the other. */
static const okta_value *walk(const okta_value *value, const char *path, const char *end_of_segment,
                              bool is_pointer)
{
    for (;;) {
        size_t length = strcspn(path, end_of_segment);

        value = is_pointer && value->type == OKTA_VALUE_ARRAY
                    ? element(value, path, length)
                    : member(value, path, length, is_pointer);
        if (!value || path[length] == '\0')
            break;
        path += length + 1;
    }
    return value && value->type != OKTA_VALUE_NULL ? value : NULL;
}

const okta_value *okta_path_find(const okta_value *root, const char *path)
{
    const okta_value *value;

    if (*path == '/')
        return walk(root, path + 1, "/", true);
    value = okta_value_member(root, path);
    return value || !strchr(path, '.') ? value : walk(root, path, ".", false);
}

bool okta_path_check(const char *path, okta_error *error)
{
    for (const char *at = *path == '/' ? path : NULL; at && (at = strchr(at, '~')); at++)
        if (at[1] != '0' && at[1] != '1')
            return okta_error_set(error, "what begins with \"/\" is a JSON Pointer, and in it a "
                                         "\"~\" of a name is written ~0, a \"/\" of a name ~1");
    return true;
}
