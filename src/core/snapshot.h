/* SPDX-License-Identifier: Apache-2.0 */
/* The pointer-free form of a key set with its origin: JSON text for shared memory and for the state
 * file. */
#ifndef OKTA_CORE_SNAPSHOT_H
#define OKTA_CORE_SNAPSHOT_H

#include "core/text.h"
#include "core/value.h"

#include <stdint.h>

/* Of the text. One of another version is refused. */
#define OKTA_SNAPSHOT_VERSION 2

/* Value type. jwks is the key set's document: its "keys" array counts. When decoded it is the
 * snapshot's own (okta_snapshot_clear), and the strings are borrowed from it; when encoding all is
 * borrowed. */
typedef struct okta_snapshot {
    const char *issuer;
    const char *jwks_uri;
    const char *introspection_endpoint; /* by the metadata; NULL: none, or they were not asked */
    const char *etag;                   /* NULL: none */
    const char *trust;  /* what the source was trusted by: authorities, proxy and the like */
    int64_t fetched_at; /* seconds since the epoch */
    int64_t max_age;    /* seconds that the source allowed; -1: not said */
    const okta_value *jwks;
} okta_snapshot;

/* The text, with of each key only what verification needs. An etag that JSON cannot hold is left
 * out. NULL when out of memory or when jwks is no JWKS. The caller frees with free(). A snapshot
 * that was decoded can be encoded with other times. */
char *okta_snapshot_encode(const okta_snapshot *snapshot);

/* Read where the keys came from, and when, as strictly as an answer from the network; the keys
 * themselves are okta_keyset_from_jwks's affair. Refused, with the cause: anything malformed, and a
 * snapshot of another issuer; nothing is to be cleared then. */
bool okta_snapshot_decode(okta_snapshot *snapshot, const char *text, size_t length,
                          const char *issuer, okta_error *error);
void okta_snapshot_clear(okta_snapshot *snapshot);

#endif
