/* SPDX-License-Identifier: Apache-2.0 */
/* Which tokens nobody but their issuer can read. */
#ifndef OKTA_CORE_OPAQUE_H
#define OKTA_CORE_OPAQUE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether token[length] has neither the form of a JWS nor that of a JWE: three or five parts with
 * dots between them. What is in the parts does not count here: who asks an issuer about malformed
 * JWTs can be made to ask about anything. Any thread. */
bool okta_token_is_opaque(const char *token, size_t length);

#endif
