/* SPDX-License-Identifier: Apache-2.0 */
/* CORS for the locations that ask for it. */
#ifndef OKTA_HTTPD_CORS_H
#define OKTA_HTTPD_CORS_H

#include <httpd.h>

/* header_parser hook: the headers that every answer gets, errors too, and whether this is a
 * preflight that we answer. */
int okta_cors_prepare(request_rec *r);

/* check_access_ex hook, first of all: a preflight carries no credentials and passes. */
int okta_cors_check_access(request_rec *r);

/* handler hook, before all but mod_cache's: DECLINED, or the answer to a preflight. */
int okta_cors_answer(request_rec *r);

/* insert_filter and insert_error_filter hook, and registration of the filter that takes a back
 * end's own CORS headers out.
 */
void okta_cors_insert_filter(request_rec *r);
void okta_cors_register_filter(void);

#endif
