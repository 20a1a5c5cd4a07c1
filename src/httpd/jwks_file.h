/* SPDX-License-Identifier: Apache-2.0 */
/* Key sets from OktaJwksFile. */
#ifndef OKTA_HTTPD_JWKS_FILE_H
#define OKTA_HTTPD_JWKS_FILE_H

#include "core/keyset.h"

#include <apr_pools.h>

/* Read the file and check that it is a key set: a new reference, or NULL with the cause (for a JSON
 * error: its line). jwks as in okta_keyset_parse; pool has the text. */
okta_keyset *okta_jwks_file_read(apr_pool_t *pool, const char *path, apr_int64_t max_bytes,
                                 okta_dropped_fn *dropped, void *baton, okta_value **jwks,
                                 okta_error *error);

#endif
