/* SPDX-License-Identifier: Apache-2.0 */
/* The keys that okta-token verifies with: a file, or what an issuer publishes. One thread. */
#ifndef OKTA_CLI_KEYS_H
#define OKTA_CLI_KEYS_H

#include "cli/network.h"
#include "core/keyset.h"

/* Owned by whoever declared it, empty at first, released by okta_keys_clear. */
typedef struct okta_keys {
    okta_keyset *set;
    char kids[256]; /* of the JWKS, quoted, for messages */
    okta_error why; /* no set: why */
} okta_keys;

/* Both name unusable keys on standard error. False: there is no usable key, for the cause in
 * keys->why. */
bool okta_keys_from_file(okta_keys *keys, const char *path);
bool okta_keys_from_issuer(okta_keys *keys, const okta_network *network, const char *issuer);

/* Take a reference to a set, and the kids of its document. */
void okta_keys_list(okta_keys *keys, okta_keyset *set, const okta_value *jwks);

void okta_keys_clear(okta_keys *keys);

#endif
