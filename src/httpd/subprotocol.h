/* SPDX-License-Identifier: Apache-2.0 */
/* The token among the subprotocols of a WebSocket handshake: nobody but this module sees it. */
#ifndef OKTA_HTTPD_SUBPROTOCOL_H
#define OKTA_HTTPD_SUBPROTOCOL_H

#include "core/reason.h"

#include <httpd.h>
#include <stdbool.h>

/* What a client's request had of it. */
typedef struct okta_subprotocol_token {
    okta_reason reason; /* OKTA_OK, or OKTA_REQUEST_MALFORMED */
    const char *token;
    bool stood_alone; /* no other subprotocol was offered */
} okta_subprotocol_token;

/* post_read_request hook: where any place takes tokens like that, the pair goes from the field, on
 * every path. */
int okta_subprotocol_take(request_rec *r);

/* What went, in the first turn of this request; NULL: nothing, or it is no handshake. */
const okta_subprotocol_token *okta_subprotocol_of(const request_rec *r);

/* insert_filter hook: browsers end a connection for which no subprotocol was chosen of those that
 * they offered. Where they offered nothing but the pair, and the back end therefore chooses none,
 * its name is the answer. */
void okta_subprotocol_insert_filter(request_rec *r);
void okta_subprotocol_register_filter(void);

#endif
