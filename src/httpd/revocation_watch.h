/* SPDX-License-Identifier: Apache-2.0 */
/* The one process that looks at the files of OktaRevocations on behalf of all. */
#ifndef OKTA_HTTPD_REVOCATION_WATCH_H
#define OKTA_HTTPD_REVOCATION_WATCH_H

#include <httpd.h>

/* Parent, post_config, behind okta_revocation_lists_create and before mod_watchdog's own: have the
 * watchdog look. A thread of its own, which may wait for a disk. Nothing where there are no lists.
 * An httpd status. */
int okta_revocation_watch_register(apr_pool_t *pconf, server_rec *server);

/* Child, before mod_watchdog's own: see to it that nobody looks when the child ends. */
void okta_revocation_watch_child_init(apr_pool_t *pchild);

#endif
