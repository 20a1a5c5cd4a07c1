/* SPDX-License-Identifier: Apache-2.0 */
/* What an issuer said of a token, as bytes for other hosts. They are sealed on their way
 * (core/sealed.h), so only hosts with the same key make them; what is read is held all the same to
 * all that an answer of the issuer's is. */
#ifndef OKTA_CORE_SHARED_ANSWER_H
#define OKTA_CORE_SHARED_ANSWER_H

#include "core/introspection.h"

/* Seconds by which the clock of the host that asked may be ahead of ours. */
#define OKTA_SHARED_AHEAD 1

typedef struct okta_shared_answer {
    okta_reason reason;  /* OKTA_OK: it is active; OKTA_TOKEN_INACTIVE */
    okta_claims *claims; /* of an active one, for the caller to free; to write: NULL tells no more
                            than its end */
    int64_t end;         /* of an active one, seconds since the epoch; OKTA_NO_END */
    int64_t asked_at;    /* when the issuer was asked, microseconds since the epoch */
} okta_shared_answer;

/* Both functions: any thread. */

/* Write it to bytes[room]: how many bytes it is, or 0 where there is no room for it, or no memory.
 */
size_t okta_shared_answer_write(const okta_shared_answer *answer, unsigned char *bytes,
                                size_t room);

/* Read bytes[length], of a token of this issuer. now: microseconds since the epoch; asked_at is
 * never after it. False: it is none, or there is no memory; then there are no claims, and result
 * says something or nothing of why. */
bool okta_shared_answer_read(const unsigned char *bytes, size_t length, const char *issuer,
                             int64_t now, okta_shared_answer *answer, okta_result *result);

#endif
