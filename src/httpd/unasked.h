/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that pass a section of AuthType Okta although nobody asked who it was, because the
 * section has no Require of its own and one from further out lets everybody in. */
#ifndef OKTA_HTTPD_UNASKED_H
#define OKTA_HTTPD_UNASKED_H

#include <httpd.h>

/* Find the sections where that can happen and mark what holds in them. At check_config. */
void okta_unasked_collect(apr_pool_t *pconf, apr_pool_t *ptemp, server_rec *server);

/* fixups hook: one warning a section. */
int okta_warn_unasked(request_rec *r);

#endif
