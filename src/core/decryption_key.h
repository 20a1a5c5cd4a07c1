/* SPDX-License-Identifier: Apache-2.0 */
/* The private keys that open encrypted tokens (RFC 7518 section 4.3), read from a file's text. */
#ifndef OKTA_CORE_DECRYPTION_KEY_H
#define OKTA_CORE_DECRYPTION_KEY_H

#include "core/key_wrapping.h"
#include "core/keyset.h"

#define OKTA_DECRYPTION_KEYS_MAX 64 /* of one file */

typedef struct okta_decryption_key okta_decryption_key;

/* The keys of one file; immutable. Freeing them wipes what is secret. */
typedef struct okta_decryption_keys {
    size_t count;
    okta_decryption_key *items[];
} okta_decryption_keys;

/* Read PEM (PKCS #8 or PKCS #1, one key or several) or JSON (a JWK set, or one JWK, with private
 * members). Keys that cannot decrypt are dropped and named. NULL, with the cause in error, when
 * none is left. No copy of the text's secrets is left behind, but the text itself is the caller's
 * to wipe. Any thread. */
okta_decryption_keys *okta_decryption_keys_read(const char *text, size_t length,
                                                okta_dropped_fn *dropped, void *baton,
                                                okta_error *error);
void okta_decryption_keys_free(okta_decryption_keys *keys);

/* All that follow: any thread; what they return is borrowed from key. */

/* The kid, terminated: what the JWK says, else the thumbprint of the key (RFC 7638). */
const char *okta_decryption_key_kid(const okta_decryption_key *key);

/* The one algorithm that it serves; NULL: all of them. */
const okta_key_wrapping *okta_decryption_key_only(const okta_decryption_key *key);

/* Its public numbers: e and n, without zeros in front. */
void okta_decryption_key_numbers(const okta_decryption_key *key, okta_key_number numbers[2]);

/* Whether both are one key, by their numbers. */
bool okta_decryption_key_is_same(const okta_decryption_key *a, const okta_decryption_key *b);

/* Whether a wrapped key may be for this one, by what anybody can see: the algorithm, and a number
 * as long as the modulus and below it. */
bool okta_decryption_key_fits(const okta_decryption_key *key, const okta_key_wrapping *wrapping,
                              const unsigned char *wrapped, size_t length);

/* Unwrap the key of a content, of cek_length bytes (at most 64). The key has to fit. What cannot be
 * unwrapped, or is of another length, makes cek random bytes instead, by the same steps: only the
 * content's tag will tell. False, and no cek, when OpenSSL fails or is out of memory. A private-key
 * operation, blinded as OpenSSL does unless told otherwise. Leaves its error queue as it was. */
bool okta_decryption_key_unwrap(const okta_decryption_key *key, const okta_key_wrapping *wrapping,
                                const unsigned char *wrapped, size_t length, unsigned char *cek,
                                size_t cek_length);

#endif
