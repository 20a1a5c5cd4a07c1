/* SPDX-License-Identifier: Apache-2.0 */
/* Answers in places that take tokens by other ways than Authorization. Caches know of that field
 * that the answer is for one caller (RFC 9111 section 3.5), and of no other. */
#ifndef OKTA_HTTPD_CALLER_ONLY_H
#define OKTA_HTTPD_CALLER_ONLY_H

#include "httpd/config.h"

/* Whether there is another way among them than Authorization; of okta_token_way. */
bool okta_takes_others(const apr_array_header_t *ways);

/* Say in the answer that it is for one caller, unless it says itself that it is not (public,
 * s-maxage), and of which fields it depends; nothing where no token comes by another way. */
void okta_caller_only_mark(request_rec *r);

/* insert_filter and insert_error_filter hooks: the same for all answers, at the end. */
void okta_caller_only_insert_filter(request_rec *r);
void okta_caller_only_register_filter(void);

#endif
