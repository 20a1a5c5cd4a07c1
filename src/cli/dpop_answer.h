/* SPDX-License-Identifier: Apache-2.0 */
/* What an answer says about DPoP (RFC 9449 sections 8 and 9). Any thread. */
#ifndef OKTA_CLI_DPOP_ANSWER_H
#define OKTA_CLI_DPOP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

/* The next field of that name, whatever the case, in the header lines at head. Its value is not
 * terminated; to look further, go on behind it. NULL: none. */
const char *okta_field_next(const char *head, const char *name, size_t *length);

/* The nonce that the answer hands out, from malloc; NULL: none, or none that may be one. */
char *okta_dpop_nonce(const char *head);

/* Whether a challenge among the header lines asks for a nonce. */
bool okta_dpop_asks_for_nonce(const char *head);

#endif
