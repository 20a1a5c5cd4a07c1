/* SPDX-License-Identifier: Apache-2.0 */
/* What the error log needs to hear once, not once for each request. */
#ifndef OKTA_HTTPD_TOLD_ONCE_H
#define OKTA_HTTPD_TOLD_ONCE_H

#include <apr_pools.h>
#include <stdbool.h>

/* In post_config: from now on all processes know what one of them has told. Lives as long as pconf;
 * without memory each process tells by itself. */
void okta_told_once_share(apr_pool_t *pconf);

/* Whether nobody has asked about this subject (of any case) since the start or the restart. At most
 * 64 subjects are known; of more nothing is told. Any thread, any process. */
bool okta_told_once_is_first(const char *subject);

#endif
