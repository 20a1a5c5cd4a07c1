/* SPDX-License-Identifier: Apache-2.0 */
/* For entries about what is done with values, in the place of core/reader.c and the search of
 * core/value.c: there is memory or not, the text is an object or not, and each look for a member
 * finds none or one of any type, each time another one. So it is more than the reader can
 * make; what rests on what an earlier look has found is not taken for granted. */
#include "core/reader.h"
#include "prove.h"

#include <string.h>

#define STRING_MAX 8

/* The strings, each of whose bytes may be anything, end where the array ends. */
static char strings[STRING_MAX + 1];
static size_t string_length;
extern const char *const prove_words[]; /* others that they may be; NULL behind the last one */

okta_value *okta_read_object(const char *text, size_t length, okta_error *error)
{
    okta_value *object;

    if (length > 0 && Frama_C_interval(0, 255) != text[length - 1] && Frama_C_interval(0, 1)) {
        object = malloc(sizeof(*object));
        if (object) {
            *object = (okta_value){.type = OKTA_VALUE_OBJECT};
            return object;
        }
    }
    if (Frama_C_interval(0, 1))
        okta_error_set_no_memory(error);
    else
        okta_error_set(error, "it is none");
    return NULL;
}

#define FOUND_MAX 24 /* looks of one run */

static size_t looks;

void prove_begin(size_t length)
{
    looks = 0;
    string_length = length;
    Frama_C_make_unknown(strings, STRING_MAX);
    strings[STRING_MAX] = '\0';
}

const char *prove_string(void)
{
    return strings + STRING_MAX - string_length;
}

const okta_value *okta_value_entry(const okta_value *value, const char *name)
{
    static okta_value all[FOUND_MAX], child;
    okta_value *found;
    int kind = 0;

    if (!value || value->type != OKTA_VALUE_OBJECT || name[0] == '\0')
        return NULL;
    //@ assert looks < FOUND_MAX;
    found = &all[looks++];
    found->name = name;
    found->length = 0;
    switch (Frama_C_interval(0, 7)) {
    case 0:
        return NULL;
    case 1:
        found->type = OKTA_VALUE_NULL;
        return found;
    case 2:
        found->type = OKTA_VALUE_BOOLEAN;
        found->as.integer = Frama_C_interval(0, 1);
        return found;
    case 3:
        found->type = OKTA_VALUE_INTEGER;
        found->as.integer = Frama_C_long_interval(INT64_MIN, INT64_MAX);
        return found;
    case 4:
        found->type = OKTA_VALUE_REAL;
        found->as.real = Frama_C_double_interval(-1e300, 1e300);
        return found;
    case 5:
        found->type = OKTA_VALUE_ARRAY;
        found->as.children = NULL;
        return found;
    case 6:
        found->type = OKTA_VALUE_OBJECT;
        found->length = 1;
        found->as.children = &child;
        child.name = prove_string();
        return found;
    default:
        found->type = OKTA_VALUE_STRING;
        found->length = (uint32_t)string_length;
        found->as.string = prove_string();
        while (prove_words[kind]) {
            if (Frama_C_interval(0, 1)) {
                found->length = (uint32_t)strlen(prove_words[kind]);
                found->as.string = prove_words[kind];
                return found;
            }
            kind++;
        }
        return found;
    }
}
