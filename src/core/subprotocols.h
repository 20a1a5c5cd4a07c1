/* SPDX-License-Identifier: Apache-2.0 */
/* A token among the subprotocols of a WebSocket handshake (RFC 6455 section 11.3.4): browsers can
 * set no other field. It stands behind OKTA_SUBPROTOCOL. Any thread. */
#ifndef OKTA_CORE_SUBPROTOCOLS_H
#define OKTA_CORE_SUBPROTOCOLS_H

#include "core/reason.h"

#include <stdbool.h>
#include <stddef.h>

#define OKTA_SUBPROTOCOL "okta.bearer"

/* Take the pair out of the field: OKTA_OK sets *token and *length, borrowed from field, and writes
 * the other subprotocols to rest ("" when there are none), which holds twice the bytes of field.
 * OKTA_TOKEN_MISSING: there is no pair, and rest is not written. OKTA_REQUEST_MALFORMED: there are
 * several, or nothing follows, and which of the others is a token nobody knows: rest is "". */
okta_reason okta_subprotocols_take(const char *field, const char **token, size_t *length,
                                   char *rest);

#endif
