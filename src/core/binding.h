/* SPDX-License-Identifier: Apache-2.0 */
/* What a token is bound to (cnf, RFC 7800): a key (RFC 9449) or a client certificate (RFC 8705). */
#ifndef OKTA_CORE_BINDING_H
#define OKTA_CORE_BINDING_H

#include "core/claims.h"
#include "core/trace.h"

/* What came with the token. Borrows its strings. */
typedef struct okta_bearing {
    bool by_proof;           /* the scheme DPoP; the proof is checked by the caller */
    bool needs_proof;        /* tokens that are bound to no key are not taken */
    const char *certificate; /* thumbprint of the client's certificate; NULL: there is none */
    const char *absence;     /* why, for the operator; NULL: nobody said */
} okta_bearing;

/* Whether the token can be presented like that. Of a key only that it is one, and that a proof came
 * along. What cannot be checked is refused. Any thread. */
okta_reason okta_binding_check(const okta_claims *claims, const okta_bearing *bearing,
                               const okta_trace *trace, okta_result *result);

/* The thumbprint of the key that the token is bound to (jkt of its cnf, RFC 9449 section 6.1),
 * terminated, borrowed from claims. NULL: it is not bound to one, or by means that nobody checks as
 * well. */
const char *okta_claims_thumbprint(const okta_claims *claims);

/* Whether it matters to the verdict which certificate the client has. */
bool okta_claims_need_certificate(const okta_claims *claims);

#endif
