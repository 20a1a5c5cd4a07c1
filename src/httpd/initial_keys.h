/* SPDX-License-Identifier: Apache-2.0 */
/* The keys that there are before anything is fetched. */
#ifndef OKTA_HTTPD_INITIAL_KEYS_H
#define OKTA_HTTPD_INITIAL_KEYS_H

#include <apr_pools.h>

/* Parent, post_config, after okta_shared_create and okta_statedir_prepare: publish key files and
 * state files, and fit the times of keys that a restart took over to the configuration. An httpd
 * status; at a restart, where a key file that cannot be used leaves the keys of before, always OK.
 */
int okta_initial_keys_publish(apr_pool_t *ptemp);

#endif
