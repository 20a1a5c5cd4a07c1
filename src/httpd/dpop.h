/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens that are bound to a key, and their proofs (RFC 9449), at a request. */
#ifndef OKTA_HTTPD_DPOP_H
#define OKTA_HTTPD_DPOP_H

#include "core/policy.h"

#include <httpd.h>

#define OKTA_NONCE_HEADER "DPoP-Nonce"

/* Child: make the memory of proof keys; released with pchild. */
void okta_dpop_child_init(apr_pool_t *pchild);

/* Check the proof of a token that passed every other check, and take it: no other request gets in
 * by it. OKTA_OK, or the reason with its detail in result, whose other members stay as they are. */
okta_reason okta_dpop_check(request_rec *r, const okta_policy *policy, const okta_claims *claims,
                            const char *token, size_t length, okta_result *result);

/* The algorithms that a challenge for this reason names, space-separated, from r->pool or static;
 * NULL where the challenge is of the scheme Bearer. */
const char *okta_dpop_algorithms(request_rec *r, okta_reason reason);

/* Where nonces are asked for: give the client the one for its next proof. */
void okta_dpop_hand_out_nonce(request_rec *r);

#endif
