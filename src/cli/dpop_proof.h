/* SPDX-License-Identifier: Apache-2.0 */
/* A DPoP proof (RFC 9449 section 4.2). One thread. */
#ifndef OKTA_CLI_DPOP_PROOF_H
#define OKTA_CLI_DPOP_PROOF_H

#include "cli/dpop_key.h"

/* What the proof is for. Borrowed. */
typedef struct okta_dpop_request {
    const char *method;
    const char *url;   /* query and fragment are left out of the proof */
    const char *token; /* NULL: a token is asked for */
    const char *nonce; /* NULL: none */
} okta_dpop_request;

/* A new proof, from malloc; NULL after a complaint. */
char *okta_dpop_proof(const okta_dpop_key *key, const okta_dpop_request *request);

/* The same as a header line, "DPoP: …". */
char *okta_dpop_header(const okta_dpop_key *key, const okta_dpop_request *request);

/* Whether proofs can be made for this method and URL; complains of option otherwise. */
bool okta_dpop_method_check(const char *option, const char *method);
bool okta_dpop_url_check(const char *option, const char *url);

/* Whether a server may send it as a nonce (RFC 9449 section 8.1). */
bool okta_dpop_is_nonce(const char *text, size_t length);

#endif
