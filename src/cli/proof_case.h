/* SPDX-License-Identifier: Apache-2.0 */
/* The proof that verify judges beside a token, and the request that both came with. One thread. */
#ifndef OKTA_CLI_PROOF_CASE_H
#define OKTA_CLI_PROOF_CASE_H

#include "cli/input.h"
#include "core/claims.h"
#include "core/trace.h"

/* Zeroed at first; the strings of the command line are borrowed. */
typedef struct okta_proof_case {
    const char *file; /* NULL: there is no proof */
    const char *method;
    const char *url;
    okta_input text;
} okta_proof_case;

/* Judge the options together, after the last one, and read the file. False after a complaint;
 * okta_proof_case_clear is due in every case. */
bool okta_proof_case_read(okta_proof_case *proof);

/* Hold the proof against the request and a token that is good: token[length] is what was sent, and
 * claims are those of it. now and skew: seconds. Reports one check to trace. OKTA_OK, or the reason
 * with its detail in result. */
okta_reason okta_proof_case_judge(const okta_proof_case *proof, const okta_input *token,
                                  const okta_claims *claims, int64_t skew, int64_t now,
                                  const okta_trace *trace, okta_result *result);

void okta_proof_case_clear(okta_proof_case *proof);

#endif
