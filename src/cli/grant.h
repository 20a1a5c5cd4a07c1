/* SPDX-License-Identifier: Apache-2.0 */
/* The client credentials grant (RFC 6749 section 4.4). One thread. */
#ifndef OKTA_CLI_GRANT_H
#define OKTA_CLI_GRANT_H

#include "cli/dpop_key.h"
#include "cli/network.h"

/* Borrowed. */
typedef struct okta_grant {
    const char *issuer;         /* NULL: endpoint is given */
    const char *token_endpoint; /* NULL: by discovery of issuer */
    const char *client_id;
    const char *secret;
    okta_strings scopes;
    const okta_dpop_key *key; /* the token is to be bound to it (RFC 9449); NULL: to none */
    bool post;                /* client authentication in the form instead of by HTTP Basic */
    okta_network network;
} okta_grant;

/* Ask for a token. OKTA_EXIT_GOOD sets *answer, an object with a printable access_token, for the
 * caller to free; OKTA_EXIT_REFUSED: the server said no; OKTA_EXIT_TROUBLE: no usable answer.
 * Complaints are made. */
int okta_grant_ask(const okta_grant *grant, okta_value **answer);

#endif
