/* SPDX-License-Identifier: Apache-2.0 */
/* Which key a token says it is bound to (RFC 9449 section 6.1), unverified. Any thread. */
#ifndef OKTA_CLI_DPOP_BINDING_H
#define OKTA_CLI_DPOP_BINDING_H

#include "cli/dpop_key.h"

typedef enum okta_dpop_binding {
    OKTA_DPOP_UNREADABLE, /* no JWT: only its issuer knows */
    OKTA_DPOP_UNBOUND,
    OKTA_DPOP_OTHER_KEY,
    OKTA_DPOP_BOUND
} okta_dpop_binding;

/* jkt: what the token names, printable; "" for none. */
okta_dpop_binding okta_dpop_binding_of(const char *token, const okta_dpop_key *key, char *jkt,
                                       size_t size);

/* Warn of a token that a resource server will refuse beside a proof of this key. */
void okta_dpop_binding_warn(const char *token, const okta_dpop_key *key);

#endif
