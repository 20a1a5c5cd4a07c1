/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a WWW-Authenticate challenge (RFC 6750 section 3, RFC 9449 section 7.1) and of the
 * JSON error body. */
#ifndef OKTA_CORE_CHALLENGE_H
#define OKTA_CORE_CHALLENGE_H

#include "core/reason.h"

#include <stddef.h>

typedef struct okta_challenge {
    const char *algs;  /* of the scheme DPoP, space-separated; NULL: the scheme is Bearer */
    const char *realm; /* plain text, nothing escaped */
    okta_reason reason;
    const char *scope;             /* NULL: none; space-separated */
    const char *acr_values;        /* RFC 9470; NULL: none */
    const char *max_age;           /* RFC 9470; NULL: none */
    const char *resource_metadata; /* RFC 9728; NULL: none */
} okta_challenge;

/* Write `Bearer realm="…", error="…", error_description="…", scope="…"` into buffer[size],
 * terminated; parameters that do not apply are left out. In the realm quotes and backslashes are
 * escaped; elsewhere characters that RFC 6750 does not allow in a quoted string become '?'. Returns
 * the length, or 0 when it does not fit. Any thread. */
size_t okta_challenge_text(const okta_challenge *challenge, char *buffer, size_t size);

/* Write {"error":"…","error_description":"…"}, for every reason. The description is plain ASCII
 * without backslashes; quotes are escaped. Returns the length, or 0 when it does not fit. */
size_t okta_challenge_body(okta_reason reason, const char *description, char *buffer, size_t size);

#endif
