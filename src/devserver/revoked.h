/* SPDX-License-Identifier: Apache-2.0 */
/* The tokens that were revoked, in memory that all processes share, until they have expired. */
#ifndef OKTA_DEVSERVER_REVOKED_H
#define OKTA_DEVSERVER_REVOKED_H

#include <httpd.h>
#include <stdbool.h>

/* pre_config, post_config in the parent, child_init: as of okta_dev_proof_memory. */
void okta_dev_revoked_register(apr_pool_t *pconf);
apr_status_t okta_dev_revoked_open(server_rec *s);
void okta_dev_revoked_child_init(server_rec *s, apr_pool_t *pchild);

/* Remembers the token by what was signed of it, until exp (seconds of the epoch). False where that
 * cannot be, logged with r. Any thread. */
bool okta_dev_revoked_add(request_rec *r, const char *signed_part, apr_int64_t exp);

/* Also true where nobody can know, logged with r. Any thread. */
bool okta_dev_revoked_holds(request_rec *r, const char *signed_part);

#endif
