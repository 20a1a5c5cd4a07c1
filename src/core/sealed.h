/* SPDX-License-Identifier: Apache-2.0 */
/* What is left with a store that others can reach: sealed by AES-256-GCM with a key for each entry,
 * so that the store can neither read an entry nor make one, nor give one out under another name or
 * for another purpose.
 * What it can do is to lose entries, and to give out an older one under its own name. */
#ifndef OKTA_CORE_SEALED_H
#define OKTA_CORE_SEALED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OKTA_SEALED_KEY_BYTES 32
#define OKTA_SEALED_NAME_BYTES 32
/* Bytes that a sealed text has more than the text: version, nonce, end and tag. */
#define OKTA_SEALED_EXTRA 37

/* The keys of one purpose, const once made. No pointer in it. */
typedef struct okta_sealer {
    unsigned char sealing[OKTA_SEALED_KEY_BYTES];
    unsigned char naming[OKTA_SEALED_KEY_BYTES];
} okta_sealer;

typedef enum okta_unsealed {
    OKTA_UNSEALED_NOT = 0, /* not ours, or no longer as it was */
    OKTA_UNSEALED_GOOD,
    OKTA_UNSEALED_OVER, /* ours, and past its end */
    OKTA_UNSEALED_NO_MEMORY
} okta_unsealed;

/* All functions: any thread; false (or NO_MEMORY) when OpenSSL has no memory or no random bytes. */

/* A key of 32 bytes for a purpose, by HKDF-SHA256: who has one of them knows nothing of the key and
 * of those for other purposes. */
bool okta_sealed_derive(const unsigned char key[OKTA_SEALED_KEY_BYTES], const char *purpose,
                        unsigned char derived[OKTA_SEALED_KEY_BYTES]);

/* What seals for this purpose. */
bool okta_sealer_init(okta_sealer *sealer, const unsigned char key[OKTA_SEALED_KEY_BYTES],
                      const char *purpose);

/* The name of the entry about `what`: a MAC, which tells the store nothing of it. */
bool okta_sealed_name(const okta_sealer *sealer, const void *what, size_t length,
                      unsigned char name[OKTA_SEALED_NAME_BYTES]);

/* Seal the text for the entry of this name until `end` (seconds since the epoch). sealed has room
 * for length + OKTA_SEALED_EXTRA bytes. */
bool okta_seal(const okta_sealer *sealer, const unsigned char name[OKTA_SEALED_NAME_BYTES],
               int64_t end, const void *text, size_t length, unsigned char *sealed);

/* What was sealed under this name, and its length. text has room for length - OKTA_SEALED_EXTRA
 * bytes, and what is in it counts only where it is good. now: seconds since the epoch. */
okta_unsealed okta_unseal(const okta_sealer *sealer,
                          const unsigned char name[OKTA_SEALED_NAME_BYTES], int64_t now,
                          const unsigned char *sealed, size_t length, unsigned char *text,
                          size_t *text_length);

#endif
