/* SPDX-License-Identifier: Apache-2.0 */
/* The judgment on a whole configuration: `apachectl configtest` and every start. */
#ifndef OKTA_HTTPD_CHECK_CONFIG_H
#define OKTA_HTTPD_CHECK_CONFIG_H

#include <httpd.h>

/* The check_config hook: registers the issuers in use and refuses what cannot work, with one line
 * for each fault. */
int okta_check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *server);

#endif
