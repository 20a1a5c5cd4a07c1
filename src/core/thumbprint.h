/* SPDX-License-Identifier: Apache-2.0 */
/* The thumbprint of a key (RFC 7638): SHA-256 over the canonical JWK. */
#ifndef OKTA_CORE_THUMBPRINT_H
#define OKTA_CORE_THUMBPRINT_H

#include "core/key.h"

#define OKTA_THUMBPRINT_LENGTH 43

/* Write it, base64url, terminated. It depends on the numbers of the key alone, not on how its JWK
 * spelled them. False when out of memory. Any thread. */
bool okta_thumbprint(const okta_key *key, char thumbprint[OKTA_THUMBPRINT_LENGTH + 1]);

/* The same of numbers as okta_key_numbers gives them. Slower, and leaves nothing with the thread:
 * for the parent, whose module is unloaded at a restart. */
bool okta_thumbprint_of(okta_key_kind kind, const okta_key_number numbers[2],
                        char thumbprint[OKTA_THUMBPRINT_LENGTH + 1]);

#endif
