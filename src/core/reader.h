/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text to its value: strict RFC 8259, with duplicate names refused and the depth capped. For
 * all text that others wrote: headers and payloads of tokens, key sets, metadata, state files. */
#ifndef OKTA_CORE_READER_H
#define OKTA_CORE_READER_H

#include "core/text.h"
#include "core/value.h"

#define OKTA_JSON_MAX_DEPTH 32
#define OKTA_MESSAGE_MAX_DEPTH 128

/* Read a JSON object. Refused, with NULL and the cause in error (may be NULL): anything but one
 * object, duplicate member names, NUL in a string, bad UTF-8, a number out of range, nesting beyond
 * OKTA_JSON_MAX_DEPTH, trailing bytes. One block from malloc, the root first, of a size at most
 * proportional to length; the caller frees it. Any thread; the text need not be terminated. */
okta_value *okta_read_object(const char *text, size_t length, okta_error *error);

/* The same for a document that a server or an administrator wrote, a key set or metadata: one byte
 * order mark in front is skipped (RFC 8259 section 8.1), and a fault has its line and column. */
okta_value *okta_read_document(const char *text, size_t length, okta_error *error);

/* What is wrong with a message of JSON-RPC. */
typedef enum okta_flaw {
    OKTA_FLAW_NONE,
    OKTA_FLAW_NOT_JSON,  /* no reader takes it */
    OKTA_FLAW_AMBIGUOUS, /* some do, and not all make the same of it; or it is no message */
    OKTA_FLAW_NO_MEMORY
} okta_flaw;

/* The same for what a client sends to somebody behind us: an object or an array, nested down to
 * OKTA_MESSAGE_MAX_DEPTH. Ambiguous are duplicate names, half a pair of surrogates, a NUL in a
 * string, a number that no double holds, and what is nested deeper; so is JSON that is neither an
 * object nor an array. A value comes back all the
 * same, for whoever wants to answer its sender, with U+FFFD for what is no character and null for
 * what is too deep; nothing else may go by it. Whole numbers beyond int64 are read as reals. */
okta_value *okta_read_message(const char *text, size_t length, okta_flaw *flaw, okta_error *error);
/* The same for one with private keys in it: of what it took no copy is left but the block. */
okta_value *okta_read_secret(const char *text, size_t length, okta_error *error);

#endif
