/* SPDX-License-Identifier: Apache-2.0 */
/* Remarks on an unverified token: what will make a resource server refuse it, and why. Any thread.
 */
#ifndef OKTA_CLI_NOTES_H
#define OKTA_CLI_NOTES_H

#include "core/text.h"
#include "core/value.h"

/* A decoded token. Borrowed. */
typedef struct okta_decoded {
    const okta_value *header;
    const okta_value *payload; /* NULL: it cannot be read */
    size_t token_length;
    size_t signature_length; /* bytes; 0: there is none */
    int64_t now;             /* seconds since the epoch */
} okta_decoded;

/* Add a sentence of at most 511 characters. */
void okta_note(json_t *notes, const char *format, ...) OKTA_PRINTF(2, 3);

/* A new array of sentences; the caller owns the reference. */
json_t *okta_notes(const okta_decoded *token);

/* A new object: for each time claim of payload that is there {seconds, rfc3339, meaning}. */
json_t *okta_notes_times(const okta_value *payload, int64_t now);

#endif
