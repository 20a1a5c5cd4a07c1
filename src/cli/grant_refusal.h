/* SPDX-License-Identifier: Apache-2.0 */
/* Why a token endpoint said no, and what helps. One thread. */
#ifndef OKTA_CLI_GRANT_REFUSAL_H
#define OKTA_CLI_GRANT_REFUSAL_H

#include "core/value.h"

/* What was asked for, and how. */
typedef struct okta_grant_manner {
    bool post;   /* client authentication in the form */
    bool scoped; /* with a scope */
    bool proven; /* with a DPoP proof */
} okta_grant_manner;

/* The OAuth error of an answer (RFC 6749 section 5.2), or the code of Okta's own form of an error,
 * as printable text; "" for none. Returns buffer. */
const char *okta_grant_error(const okta_value *answer, char *buffer, size_t size);

/* Complain of an answer that has such an error, with the remedy. */
void okta_grant_complain(okta_grant_manner manner, const char *endpoint, const okta_value *answer,
                         long status);

#endif
