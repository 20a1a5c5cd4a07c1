/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of DPoP proofs that were good, parsed: the header of a client's proofs is the same each
 * time. */
#ifndef OKTA_CORE_PROOF_KEYS_H
#define OKTA_CORE_PROOF_KEYS_H

#include "core/digest.h"
#include "core/key.h"
#include "core/thumbprint.h"

typedef struct okta_proof_keys okta_proof_keys;

/* A key, the algorithm that its proof's header names, and its thumbprint. Immutable, shared by
 * reference count. */
typedef struct okta_proof_key okta_proof_key;

/* Room for about `entries` keys; memory is taken as it fills. NULL when there is none. */
okta_proof_keys *okta_proof_keys_new(size_t entries);
void okta_proof_keys_free(okta_proof_keys *keys);

/* A new entry with one reference, for the caller; it takes the key. NULL, with the key freed, when
 * out of memory. */
okta_proof_key *okta_proof_key_new(okta_key *key, const okta_algorithm *algorithm,
                                   const char thumbprint[OKTA_THUMBPRINT_LENGTH + 1]);
void okta_proof_key_unref(okta_proof_key *key);

const okta_key *okta_proof_key_of(const okta_proof_key *key);
const okta_algorithm *okta_proof_key_algorithm(const okta_proof_key *key);
const char *okta_proof_key_thumbprint(const okta_proof_key *key);

/* A new reference to the key of the header with this digest (okta_digest, over its base64url
 * text); NULL: not known. Any thread; short locks of this process. */
okta_proof_key *okta_proof_keys_find(okta_proof_keys *keys,
                                     const unsigned char digest[OKTA_DIGEST_BYTES]);

/* Remember it, taking a reference of its own. Only for headers of proofs that passed every check,
 * so that strangers cannot push out what is known. */
void okta_proof_keys_add(okta_proof_keys *keys, const unsigned char digest[OKTA_DIGEST_BYTES],
                         okta_proof_key *key);

#endif
