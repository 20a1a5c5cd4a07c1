/* SPDX-License-Identifier: Apache-2.0 */
/* An immutable set of verification keys, parsed from a JWKS. */
#ifndef OKTA_CORE_KEYSET_H
#define OKTA_CORE_KEYSET_H

#include "core/key.h"
#include "core/reason.h"

#define OKTA_KEYSET_MAX_KEYS 512

typedef struct okta_keyset okta_keyset;

/* Told of each JWK that was dropped: its kid ("" when it has none; printable) and why. May be NULL.
 */
typedef void okta_dropped_fn(void *baton, const char *kid, const char *why);

/* Parse the text of a JWKS; a byte order mark in front is skipped. Keys that cannot be used are
 * dropped and named. Of the others that share a kid, one that is there twice counts once, keys that
 * serve different algorithms stand side by side, and different ones that could serve the same token
 * are all dropped and named. NULL, with the cause in error, when the text is not a JWKS or no key
 * is left. One reference for the caller. With jwks (may be NULL), *jwks is the document, for the
 * caller to free; NULL where there is no key set. Any thread. */
okta_keyset *okta_keyset_parse(const char *text, size_t length, okta_dropped_fn *dropped,
                               void *baton, okta_value **jwks, okta_error *error);

/* The same from a document that was read; borrows jwks. */
okta_keyset *okta_keyset_from_jwks(const okta_value *jwks, okta_dropped_fn *dropped, void *baton,
                                   okta_error *error);

/* Reference counting; any thread. The last unref frees. NULL is ignored by unref. */
okta_keyset *okta_keyset_ref(okta_keyset *set);
void okta_keyset_unref(okta_keyset *set);

size_t okta_keyset_count(const okta_keyset *set);

/* The key for a token. With kid (not NULL): the key of that kid that serves the algorithm. Without:
 * the only key of the set that does, whatever its kids. Sets *key (borrowed from set) and returns
 * OKTA_OK, or OKTA_KID_UNKNOWN, OKTA_KEY_MISMATCH (no key of the kid serves the algorithm, or none
 * at all), OKTA_KEY_AMBIGUOUS (several do). Any thread. */
okta_reason okta_keyset_find(const okta_keyset *set, const char *kid, size_t kid_length,
                             const okta_algorithm *algorithm, const okta_key **key);

#endif
