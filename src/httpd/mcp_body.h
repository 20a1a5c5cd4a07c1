/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a request, read ahead of what serves it and handed on as it came. */
#ifndef OKTA_HTTPD_MCP_BODY_H
#define OKTA_HTTPD_MCP_BODY_H

#include <httpd.h>

#include <apr_buckets.h>
#include <stdbool.h>

/* Lives as long as the client's request, and is one for all of its turns. */
typedef struct okta_body {
    char *text; /* what was read; not terminated */
    apr_size_t length;
    bool whole;               /* that is all of it; else what follows is still to come */
    apr_bucket_brigade *rest; /* what nobody has taken yet of it */
} okta_body;

/* Read the body, or of one that is longer than `most` a little more than that, once for all turns
 * of the request; waits for the client. From now on whoever reads the body of this turn gets what
 * was read, and then what follows. OK, or the status of a body that could not be read. */
int okta_body_read(request_rec *r, apr_size_t most, const okta_body **body);

/* The request has a body, by its header. */
bool okta_body_is_announced(const request_rec *r);

/* Whoever reads the body of this turn gets none; what there is of it is dropped. */
void okta_body_drop(request_rec *r);

/* The same for a request that has none by its header. */
void okta_body_deny(request_rec *r);

/* insert_filter hook: another turn of the request goes on with what is left of the body. */
void okta_body_insert_filter(request_rec *r);

void okta_body_register_filter(void);

#endif
