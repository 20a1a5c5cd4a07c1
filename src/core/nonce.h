/* SPDX-License-Identifier: Apache-2.0 */
/* DPoP nonces of the server (RFC 9449 section 9): stateless. A nonce is a MAC over the number of
 * its period, so every process knows all of them. */
#ifndef OKTA_CORE_NONCE_H
#define OKTA_CORE_NONCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OKTA_NONCE_SECRET_BYTES 32
#define OKTA_NONCE_LENGTH 32  /* base64url characters */
#define OKTA_NONCE_PERIOD 300 /* seconds */

/* The secret that the nonces come from; const once filled. */
typedef struct okta_nonces {
    unsigned char secret[OKTA_NONCE_SECRET_BYTES];
} okta_nonces;

typedef enum okta_nonce_verdict {
    OKTA_NONCE_BAD = 0,
    OKTA_NONCE_OLD, /* good, and another one is handed out by now */
    OKTA_NONCE_NEWEST,
    OKTA_NONCE_NO_MEMORY
} okta_nonce_verdict;

/* Fill the secret by chance; false when OpenSSL has no random bytes. */
bool okta_nonces_init(okta_nonces *nonces);

/* The nonce to hand out now (seconds since the epoch), terminated: the one of this period, or of
 * the next one where that is about to begin. False when out of memory. Any thread. */
bool okta_nonce_write(const okta_nonces *nonces, int64_t now, char nonce[OKTA_NONCE_LENGTH + 1]);

/* Judge nonce[length]. Good are those of this period, the one before and the one after. Takes the
 * same time wherever they differ. Any thread. */
okta_nonce_verdict okta_nonce_check(const okta_nonces *nonces, const char *nonce, size_t length,
                                    int64_t now);

#endif
