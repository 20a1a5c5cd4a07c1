/* SPDX-License-Identifier: Apache-2.0 */
/* How the key of an encrypted token's content is encrypted itself: the algorithms of RFC 7518
 * section 4.3, and their kin. */
#ifndef OKTA_CORE_KEY_WRAPPING_H
#define OKTA_CORE_KEY_WRAPPING_H

#include <stddef.h>

/* How the key of the content is encrypted. RSA1_5 is none of them: its padding is an oracle. */
typedef struct okta_key_wrapping {
    const char *name;   /* alg */
    const char *digest; /* OpenSSL's name, of OAEP and of its mask */
} okta_key_wrapping;

/* By its exact name; NULL for any other. Static. */
const okta_key_wrapping *okta_key_wrapping_by_name(const char *name, size_t length);

#endif
