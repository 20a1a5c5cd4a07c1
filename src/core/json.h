/* Strict JSON: RFC 8259 by jansson, with duplicate names refused and depth and size capped. For all
 * but payloads, which okta_read_object reads. */
#ifndef OKTA_CORE_JSON_H
#define OKTA_CORE_JSON_H

#include "core/text.h"

#include <jansson.h>

#include "core/reader.h"

/* Parse a JSON object. Refused, with NULL and the cause in error (may be NULL): anything but one
 * object, duplicate member names, NUL in a string, bad UTF-8, a number out of range, nesting beyond
 * OKTA_JSON_MAX_DEPTH, trailing bytes. The caller owns the reference. Any thread. */
json_t *okta_json_object(const char *text, size_t length, okta_error *error);

/* The same for a document that a server or an administrator wrote, a key set or metadata: one byte
 * order mark in front is skipped (RFC 8259 section 8.1). */
json_t *okta_json_document(const char *text, size_t length, okta_error *error);

/* Member `name` of a JWK or a document, in which null is absent; NULL when it is. Borrowed from
 * object. Not for JOSE headers, in which null is malformed. */
const json_t *okta_json_member(const json_t *object, const char *name);

/* Member `name` as a string with its length; NULL when it is absent or no string. Borrowed from
 * object. */
const char *okta_json_string(const json_t *object, const char *name, size_t *length);

#endif
