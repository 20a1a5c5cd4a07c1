/* SPDX-License-Identifier: Apache-2.0 */
/* The Connection field of a request, which names header fields that end here (RFC 9110 section
 * 7.6.1). */
#ifndef OKTA_HTTPD_CONNECTION_FIELD_H
#define OKTA_HTTPD_CONNECTION_FIELD_H

#include <httpd.h>

#include <stdbool.h>
#include <stddef.h>

typedef bool okta_name_test(const char *name, size_t length);

/* The field without the names that the test is true for, "" when none is left; the field itself
 * when every reader finds none of them in it as it is. One pass over the field. */
const char *okta_connection_without(apr_pool_t *pool, const char *field, okta_name_test *test);

/* Take those names out of the request's own field, so that no proxy drops the fields. */
void okta_connection_keep(request_rec *r, okta_name_test *test);

#endif
