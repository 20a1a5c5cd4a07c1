/* SPDX-License-Identifier: Apache-2.0 */
/* A verdict: the reason, and what an operator needs to understand it. */
#ifndef OKTA_CORE_RESULT_H
#define OKTA_CORE_RESULT_H

#include "core/reason.h"
#include "core/text.h"

/* Value type, usually on the stack. kid, issuer, jti and actors are copies of what the token says
 * of itself (unverified unless the reason comes after the signature), printable, cut, "" when
 * unknown. detail is for the operator: it may name claim values, never the token. */
typedef struct okta_result {
    okta_reason reason;
    char kid[96];
    char issuer[256];
    char jti[96];
    char actors[192]; /* who acts, then for whom that one acts, and so on */
    char detail[512];
} okta_result;

/* OKTA_UNSET with empty strings. */
void okta_result_init(okta_result *result);

/* Set reason and detail; returns reason. */
okta_reason okta_result_set(okta_result *result, okta_reason reason, const char *format, ...)
    OKTA_PRINTF(3, 4);

#endif
