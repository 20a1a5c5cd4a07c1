/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets that the administrator keeps outside of the configuration. Parent, while a configuration
 * is read, with the rights that httpd was started with. */
#ifndef OKTA_HTTPD_SECRET_FILE_H
#define OKTA_HTTPD_SECRET_FILE_H

#include "core/text.h"

#include <apr_pools.h>

/* Whether a secret may be read from the file, or a program may say one: it is a regular file of
 * root or of who starts httpd, and nobody else can change it, nor, if it is to be a secret, read
 * it. False with the cause, a predicate such as "may be read by everybody". */
bool okta_secret_file_check(const char *path, bool program, okta_error *error);

/* The content, from pool, terminated. NULL with the cause. */
char *okta_secret_file_read(apr_pool_t *pool, const char *path, apr_size_t *length,
                            okta_error *error);

/* What file:PATH has, or exec:PATH prints within ten seconds, without one line feed at the end;
 * from pool. NULL with the cause. */
const char *okta_secret_of(apr_pool_t *pool, const char *source, okta_error *error);

#endif
