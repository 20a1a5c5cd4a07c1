/* Key sets from OktaJwksFile. */
#ifndef OKTA_HTTPD_JWKS_FILE_H
#define OKTA_HTTPD_JWKS_FILE_H

#include "core/keyset.h"

#include <apr_pools.h>

/* Read the file, whole, into pool and check that it is a key set. NULL with the cause (for a JSON
 * error: its line) otherwise. *keys is a new reference. */
const char *okta_jwks_file_read(apr_pool_t *pool, const char *path, apr_int64_t max_bytes,
                                okta_dropped_fn *dropped, void *baton, apr_size_t *length,
                                okta_keyset **keys, okta_error *error);

#endif
