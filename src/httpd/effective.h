/* SPDX-License-Identifier: Apache-2.0 */
/* From what the administrator wrote to what holds: for requests, with the configuration that httpd
 * merged for them, and for configtest, with what holds in a section for sure. Any thread. */
#ifndef OKTA_HTTPD_EFFECTIVE_H
#define OKTA_HTTPD_EFFECTIVE_H

#include "httpd/config.h"

/* `https://domain/oauth2/id`, or `https://domain` for the org server; id NULL: the default server.
 * From pool. */
const char *okta_effective_issuer(apr_pool_t *pool, const char *domain, const char *id);

/* The policy of a place. Borrows from the configuration, and from pool where a domain and an id
 * come from different sections. No issuers or no audiences: nothing can be judged by it. */
okta_policy okta_effective_policy(const okta_dir_config *config, const server_rec *server,
                                  apr_pool_t *pool);

#endif
