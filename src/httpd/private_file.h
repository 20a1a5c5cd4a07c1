/* SPDX-License-Identifier: Apache-2.0 */
/* A file with a secret, which nobody but root and its owner may read. */
#ifndef OKTA_HTTPD_PRIVATE_FILE_H
#define OKTA_HTTPD_PRIVATE_FILE_H

#include "core/text.h"

#include <apr_pools.h>

/* The file's content, from pool, not terminated; the caller wipes it when it has served. NULL with
 * the cause and its remedy, a predicate such as "cannot be read: Permission denied", when it is no
 * regular file, larger than max_bytes, another user's, open to group or others, or cannot be read.
 */
char *okta_private_file_read(apr_pool_t *pool, const char *path, apr_int64_t max_bytes,
                             apr_size_t *length, okta_error *error);

#endif
