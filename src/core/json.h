/* Strict JSON: RFC 8259 by jansson, with duplicate names refused and depth and size capped. For all
 * but payloads, which okta_read_object reads. */
#ifndef OKTA_CORE_JSON_H
#define OKTA_CORE_JSON_H

#include "core/text.h"

#include <jansson.h>

#define OKTA_JSON_MAX_DEPTH 32

/* Parse a JSON object. Refused, with NULL and the cause in error (may be NULL): anything but one
 * object, duplicate member names, NUL in a string, bad UTF-8, a number out of range, nesting beyond
 * OKTA_JSON_MAX_DEPTH, trailing bytes. The caller owns the reference. Any thread. */
json_t *okta_json_object(const char *text, size_t length, okta_error *error);

/* Member `name` as a string with its length; NULL when it is absent or no string. Borrowed from
 * object. */
const char *okta_json_string(const json_t *object, const char *name, size_t *length);

#endif
