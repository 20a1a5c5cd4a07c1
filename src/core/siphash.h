/* SPDX-License-Identifier: Apache-2.0 */
/* SipHash-1-3 with 128 bits: names for texts in tables. Who does not know the key cannot find two
 * texts of one name, and by chance there are none. Much cheaper than a SHA-256 for short texts. */
#ifndef OKTA_CORE_SIPHASH_H
#define OKTA_CORE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

typedef struct okta_siphash_key {
    uint64_t words[2];
} okta_siphash_key;

/* The hash of the eight bytes of `first` (the lowest one first) and bytes[length] behind them. Any
 * thread. */
void okta_siphash(const okta_siphash_key *key, uint64_t first, const void *bytes, size_t length,
                  uint64_t hash[2]);

#endif
