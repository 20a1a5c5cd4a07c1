/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text to its value: strict RFC 8259, with duplicate names refused and the depth capped. For
 * all text that others wrote: headers and payloads of tokens, key sets, metadata, state files. */
#ifndef OKTA_CORE_READER_H
#define OKTA_CORE_READER_H

#include "core/text.h"
#include "core/value.h"

#define OKTA_JSON_MAX_DEPTH 32

/* Read a JSON object. Refused, with NULL and the cause in error (may be NULL): anything but one
 * object, duplicate member names, NUL in a string, bad UTF-8, a number out of range, nesting beyond
 * OKTA_JSON_MAX_DEPTH, trailing bytes. One block from malloc, the root first, of a size at most
 * proportional to length; the caller frees it. Any thread; the text need not be terminated. */
okta_value *okta_read_object(const char *text, size_t length, okta_error *error);

/* The same for a document that a server or an administrator wrote, a key set or metadata: one byte
 * order mark in front is skipped (RFC 8259 section 8.1), and a fault has its line and column. */
okta_value *okta_read_document(const char *text, size_t length, okta_error *error);

#endif
