/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration as it holds, for `httpd -t -D DUMP_OKTA`: what okta-token check goes by. One
 * line of JSON on standard output for the server, for each issuer and for each protected place. No
 * secret is in it. */
#ifndef OKTA_HTTPD_DUMP_H
#define OKTA_HTTPD_DUMP_H

#include <httpd.h>

/* test_config, after check_config: nothing unless DUMP_OKTA is defined. */
void okta_dump(apr_pool_t *pconf, server_rec *server);

#endif
