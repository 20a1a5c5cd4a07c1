/* SPDX-License-Identifier: Apache-2.0 */
/* By what the sources of keys are trusted: certificate authorities, proxies, plain http. */
#ifndef OKTA_HTTPD_TRUST_H
#define OKTA_HTTPD_TRUST_H

#include "httpd/registry.h"

/* Parent, post_config: read the certificate authorities while we may (children have other rights,
 * and perhaps another root) and complete the trust of all issuers. A file that cannot be used is
 * logged; nothing is fetched by it then. */
void okta_trust_settle(apr_pool_t *pconf, apr_pool_t *ptemp);

/* A proxy's URL without user and password; from pool. Any thread. */
const char *okta_trust_without_user(apr_pool_t *pool, const char *url);

#endif
