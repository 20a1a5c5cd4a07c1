/* SPDX-License-Identifier: Apache-2.0 */
/* What of an answer's header lines matters to a fetch. */
#ifndef OKTA_FETCH_HEADERS_H
#define OKTA_FETCH_HEADERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct okta_headers {
    char *etag; /* owned */
    bool encoded;
    int64_t max_age;         /* as in okta_fetch_response */
    int64_t rate_limit_wait; /* seconds until X-Rate-Limit-Reset; -1: not said */
} okta_headers;

void okta_headers_init(okta_headers *headers);

/* Back to the initial state, memory freed. */
void okta_headers_clear(okta_headers *headers);

/* Take in one line (with or without its line end). */
void okta_headers_read(okta_headers *headers, const char *line, size_t length);

#endif
