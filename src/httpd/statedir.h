/* SPDX-License-Identifier: Apache-2.0 */
/* The directory of the state files: where it is, whose it has to be. */
#ifndef OKTA_HTTPD_STATEDIR_H
#define OKTA_HTTPD_STATEDIR_H

#include "httpd/registry.h"

#include <sys/types.h>

/* Parent, check_config: why OktaStateDir will not do, with the remedy, as far as this user can
 * tell; NULL: nothing is wrong, or nothing was configured. Changes nothing. From pool. */
const char *okta_statedir_fault(apr_pool_t *pool);

/* Where the directory is to be, as the parent sees it. From pool. */
const char *okta_statedir_planned(apr_pool_t *pool);

/* Parent, post_config: see to it that the directory is there and belongs to the user that children
 * run as. A directory that was asked for and cannot be used stops a start; a restart goes on
 * without it, as both do without the default one. An existing one that was asked for is used as it
 * is. An httpd status. */
int okta_statedir_prepare(apr_pool_t *pconf, server_rec *server);

/* The directory as the parent and as the children see it, who may live in a ChrootDir; NULL: there
 * is none. After okta_statedir_prepare; from pconf. */
const char *okta_statedir_of_parent(void);
const char *okta_statedir_of_children(void);

/* The user that children run as. */
uid_t okta_child_user(void);

#endif
