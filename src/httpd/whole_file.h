/* SPDX-License-Identifier: Apache-2.0 */
/* A file that an administrator names, read whole. */
#ifndef OKTA_HTTPD_WHOLE_FILE_H
#define OKTA_HTTPD_WHOLE_FILE_H

#include "core/text.h"

#include <apr_pools.h>

/* The file's content, from pool, not terminated. NULL with the cause, a predicate such as "cannot
 * be read: Permission denied", when it is no regular file, larger than max_bytes, which the
 * directive `limit` sets, or cannot be read. */
char *okta_whole_file_read(apr_pool_t *pool, const char *path, apr_int64_t max_bytes,
                           const char *limit, apr_size_t *length, okta_error *error);

#endif
