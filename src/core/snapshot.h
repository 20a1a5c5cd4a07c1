/* The pointer-free form of a key set with its origin: JSON text for shared memory and for the state
 * file. */
#ifndef OKTA_CORE_SNAPSHOT_H
#define OKTA_CORE_SNAPSHOT_H

#include "core/keyset.h"

#include <stdint.h>

/* Of the text. One of another version is refused. */
#define OKTA_SNAPSHOT_VERSION 2

/* Value type; strings are borrowed when encoding, owned (okta_snapshot_clear) when decoded. */
typedef struct okta_snapshot {
    char *issuer;
    char *jwks_uri;
    char *etag;         /* NULL: none */
    int64_t fetched_at; /* seconds since the epoch */
    int64_t max_age;    /* seconds that the source allowed; -1: not said */
    okta_keyset *keys;  /* decoded only */
    char *trust;        /* what the source was trusted by: authorities, proxy and the like */
} okta_snapshot;

/* Encode with the keys of a JWKS text, of which only what verification needs is kept. An etag that
 * JSON cannot hold is left out. NULL when out of memory or when jwks is no JWKS. The caller frees
 * with free(). */
char *okta_snapshot_encode(const okta_snapshot *snapshot, const char *jwks, size_t length);

/* Decode and parse the keys, as strictly as an answer from the network. Refused, with the cause:
 * anything malformed, and a snapshot of another issuer. */
bool okta_snapshot_decode(okta_snapshot *snapshot, const char *text, size_t length,
                          const char *issuer, okta_error *error);
void okta_snapshot_clear(okta_snapshot *snapshot);

#endif
