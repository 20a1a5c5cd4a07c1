/* SPDX-License-Identifier: Apache-2.0 */
/* Which tokens nobody but their issuer can read. */
#ifndef OKTA_CORE_OPAQUE_H
#define OKTA_CORE_OPAQUE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether token[length] is neither a JWS nor a JWE for anybody: it has not three or five parts with
 * dots between them, or the first of these cannot be a header, because no reader of base64, however
 * lenient, finds a JSON object's beginning in it. What a header or the other parts hold does not
 * count: who asks an issuer about malformed JWTs lets it judge what is to be judged here first, by
 * its signature. Any thread. */
bool okta_token_is_opaque(const char *token, size_t length);

#endif
