/* SPDX-License-Identifier: Apache-2.0 */
/* The one process that fetches key sets on behalf of all. */
#ifndef OKTA_HTTPD_REFRESHER_H
#define OKTA_HTTPD_REFRESHER_H

#include <httpd.h>

#define OKTA_WATCHDOG "okta_keys"

/* Parent, pre_config: name the mutex of the refreshers for the Mutex directive, `okta-keys`. */
void okta_refresher_register_mutex(apr_pool_t *pconf);

/* Parent, post_config, before mod_watchdog's own: have the watchdog run the refresher in one child
 * at a time. Nothing when no issuer's keys come from the network. An httpd status. */
int okta_refresher_register(apr_pool_t *pconf, server_rec *server);

/* Child, before mod_watchdog's own: see to it that the refresher rests before the child ends. */
void okta_refresher_child_init(apr_pool_t *pchild);

#endif
