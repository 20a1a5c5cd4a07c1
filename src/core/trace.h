/* SPDX-License-Identifier: Apache-2.0 */
/* The checks that a token goes through, in order, for whoever wants to watch. */
#ifndef OKTA_CORE_TRACE_H
#define OKTA_CORE_TRACE_H

#include "core/result.h"

typedef enum okta_check {
    OKTA_CHECK_DECRYPTION, /* of encrypted tokens; what follows is of the token within */
    OKTA_CHECK_SHAPE,
    OKTA_CHECK_HEADER,
    OKTA_CHECK_TYPE,
    OKTA_CHECK_ALGORITHM,
    OKTA_CHECK_PAYLOAD,
    OKTA_CHECK_ISSUER,
    OKTA_CHECK_KEY,
    OKTA_CHECK_SIGNATURE,
    OKTA_CHECK_CLAIMS,
    OKTA_CHECK_KIND,
    OKTA_CHECK_BINDING,
    OKTA_CHECK_AUDIENCE,
    OKTA_CHECK_CLIENT,
    OKTA_CHECK_EXPIRY,
    OKTA_CHECK_NOT_BEFORE,
    OKTA_CHECK_ISSUED_AT,
    OKTA_CHECK_AGE,
    OKTA_CHECK_REVOCATION,
    OKTA_CHECK_STEP_UP,
    OKTA_CHECK_PROOF, /* beside the token: whoever has one reports it */
    OKTA_CHECK_COUNT
} okta_check;

/* Called after each check. result->reason is OKTA_OK when it passed, with detail naming what was
 * seen; else the refusal, and no further call follows. */
typedef struct okta_trace {
    void (*checked)(void *baton, okta_check check, const okta_result *result);
    void *baton;
} okta_trace;

/* A check's name for people: "signature", "audience" … Static. */
const char *okta_check_name(okta_check check);

/* OKTA_OK, and where trace is not NULL a note of what a passing check saw, as by printf, for
 * okta_trace_report to hand on. The arguments are looked at only then. */
#define okta_trace_seen(trace, result, ...) \
    ((trace) ? okta_trace_note(result, __VA_ARGS__) : OKTA_OK)

/* For okta_trace_seen. */
okta_reason okta_trace_note(okta_result *result, const char *format, ...) OKTA_PRINTF(2, 3);

/* Hand a check's outcome to trace. */
void okta_trace_hand_on(const okta_trace *trace, okta_check check, okta_reason reason,
                        okta_result *result);

/* The same where there is a trace (it may be NULL); returns reason. */
static inline okta_reason okta_trace_report(const okta_trace *trace, okta_check check,
                                            okta_reason reason, okta_result *result)
{
    if (trace)
        okta_trace_hand_on(trace, check, reason, result);
    return reason;
}

#endif
