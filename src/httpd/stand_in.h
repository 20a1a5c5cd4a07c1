/* SPDX-License-Identifier: Apache-2.0 */
/* What mod_cache sees in place of credentials that were withheld. */
#ifndef OKTA_HTTPD_STAND_IN_H
#define OKTA_HTTPD_STAND_IN_H

#include <httpd.h>
#include <stdbool.h>

/* Whether mod_cache is about to judge the answer to this request. */
bool okta_stand_in_is_due(request_rec *r);

/* In the handler phase: while mod_cache judges, the request has an Authorization field, a digest of
 * the credentials, if it has none by then, and header instead of its own one (NULL: that). */
void okta_stand_in_add(request_rec *r, const char *credentials, apr_table_t *header);

void okta_stand_in_register_filter(void);

/* post_config, when all modules have registered their filters: those of mod_cache, if it is there.
 */
void okta_stand_in_find_cache(void);

#endif
