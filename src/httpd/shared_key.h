/* SPDX-License-Identifier: Apache-2.0 */
/* The key of OktaSharedCacheKey: 32 bytes that the hosts have in common. */
#ifndef OKTA_HTTPD_SHARED_KEY_H
#define OKTA_HTTPD_SHARED_KEY_H

#include "core/sealed.h"
#include "core/text.h"

#include <httpd.h>

/* All in the parent, while a configuration is read. */

/* Read the file. False with the cause and its remedy, a predicate such as "cannot be read: ...". */
bool okta_shared_key_read(apr_pool_t *pool, const char *path,
                          unsigned char key[OKTA_SEALED_KEY_BYTES], okta_error *error);

/* Read it for what begins now. A restart that cannot goes on with the key that the same file held
 * before. False: there is none, and the log says why. */
bool okta_shared_key_settle(apr_pool_t *ptemp, server_rec *server, const char *path,
                            unsigned char key[OKTA_SEALED_KEY_BYTES]);

#endif
