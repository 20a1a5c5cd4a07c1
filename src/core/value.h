/* SPDX-License-Identifier: Apache-2.0 */
/* A JSON value in one block: what claims are kept in, small enough to cache by the thousand. The
 * root stands first; all pointers stay inside the block. okta_read_object makes one. */
#ifndef OKTA_CORE_VALUE_H
#define OKTA_CORE_VALUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Those with a pointer come last. */
typedef enum okta_value_type {
    OKTA_VALUE_NULL,
    OKTA_VALUE_BOOLEAN,
    OKTA_VALUE_INTEGER,
    OKTA_VALUE_REAL,
    OKTA_VALUE_STRING,
    OKTA_VALUE_ARRAY,
    OKTA_VALUE_OBJECT
} okta_value_type;

typedef struct okta_value {
    const char *name; /* as a member of an object, terminated; NULL elsewhere */
    union {
        const char *string; /* terminated, UTF-8 without NUL */
        int64_t integer;    /* also 0 and 1 for a boolean */
        double real;        /* finite */
        const struct okta_value *children;
    } as;
    uint32_t length; /* bytes of the string; number of children; of what else a message of JSON-RPC
                        holds: where it begins in its text */
    uint8_t type;    /* okta_value_type */
} okta_value;

/* Member of an object; NULL when it is absent, which null is too, or value is NULL or no object. */
const okta_value *okta_value_member(const okta_value *value, const char *name);

/* The same as it stands, null among them: for JOSE headers, in which null is malformed. */
const okta_value *okta_value_entry(const okta_value *value, const char *name);

/* Member of an object as a string, terminated; NULL when it is absent or something else. */
const char *okta_value_text(const okta_value *value, const char *name);

/* Numbers only, false for others: the value rounded down and whether anything was cut off. Within
 * int64 or false. */
bool okta_value_floor(const okta_value *value, int64_t *floor, bool *fraction);

/* Whether the value is the string text[length], or an array with it as an element. */
bool okta_value_holds(const okta_value *value, const char *text, size_t length);

/* Bytes of the block that the root of an object stands in, and of how many values. */
size_t okta_value_extent(const okta_value *root, size_t *count);

/* Add `by`, modulo the size of an address, to all pointers of count values that lie one behind the
 * other: after their block has moved, or before, to make distances of them and back. */
void okta_value_shift(okta_value *values, size_t count, uintptr_t by);

/* A new jansson tree of the value, for printing; NULL when out of memory. The caller owns the
 * reference. */
json_t *okta_value_to_json(const okta_value *value);

/* The text of a jansson tree, whole: json_dumps() may lose a name where memory runs out, and carry
 * on. NULL when out of memory or json is NULL; the caller frees. Any thread. */
char *okta_json_text(const json_t *json, size_t flags);

#endif
