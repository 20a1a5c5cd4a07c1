/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/connection_field.h"

#include <string.h>

static size_t token_length(const char *text)
{
    return (size_t)(ap_scan_http_token(text) - text);
}

static bool is_plain(const char *field, okta_name_test *test)
{
    while (*(field += strspn(field, ", \t"))) {
        size_t length = token_length(field);

        if (length == 0 || test(field, length))
            return false;
        field += length;
    }
    return true;
}

/* mod_proxy ends a name at a semicolon too and goes on behind it, and skips what is between
 * quotation marks; others may do otherwise. So whatever could be a name to anybody is looked at,
 * and what stays is written as there is no doubt about. */
const char *okta_connection_without(apr_pool_t *pool, const char *field, okta_name_test *test)
{
    char *written, *to;

    if (is_plain(field, test))
        return field;
    /* each name is followed by one separator at least, which becomes two characters */
    written = to = apr_palloc(pool, 2 * strlen(field) + 3);
    for (const char *rest = field; *rest;) {
        size_t length = token_length(rest);

        if (length > 0 && !test(rest, length)) {
            memcpy(to, rest, length);
            memcpy(to + length, ", ", 2);
            to += length + 2;
        }
        rest += length > 0 ? length : 1;
    }
    if (to > written)
        to -= 2;
    *to = '\0';
    return written;
}

void okta_connection_keep(request_rec *r, okta_name_test *test)
{
    const char *field = apr_table_get(r->headers_in, "Connection");
    const char *kept = field ? okta_connection_without(r->pool, field, test) : NULL;

    if (kept != field && *kept)
        apr_table_setn(r->headers_in, "Connection", kept);
    else if (kept != field)
        apr_table_unset(r->headers_in, "Connection");
}
