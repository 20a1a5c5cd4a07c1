/* SPDX-License-Identifier: Apache-2.0 */
#include "core/subprotocols.h"

#include <string.h>
#include <strings.h>

#define BLANKS " \t"

/* The next name, trimmed, and its length; NULL at the end. Empty elements count for nothing. */
static const char *next(const char **rest, size_t *length)
{
    const char *begin = *rest + strspn(*rest, BLANKS ",");

    *length = strcspn(begin, ",");
    *rest = begin + *length;
    while (*length > 0 && strchr(BLANKS, begin[*length - 1]))
        --*length;
    return *length > 0 ? begin : NULL;
}

static bool is_ours(const char *name, size_t length)
{
    return length == strlen(OKTA_SUBPROTOCOL) && strncasecmp(name, OKTA_SUBPROTOCOL, length) == 0;
}

okta_reason okta_subprotocols_take(const char *field, const char **token, size_t *length,
                                   char *rest)
{
    const char *at = field, *name;
    size_t size;
    char *to = rest;
    int pairs = 0;

    while ((name = next(&at, &size)) != NULL)
        pairs += is_ours(name, size);
    if (pairs == 0)
        return OKTA_TOKEN_MISSING;
    *rest = '\0';
    if (pairs > 1)
        return OKTA_REQUEST_MALFORMED;
    for (at = field; (name = next(&at, &size)) != NULL;) {
        if (is_ours(name, size)) {
            *token = next(&at, length);
            if (!*token)
                return *rest = '\0', OKTA_REQUEST_MALFORMED;
            continue;
        }
        if (to > rest) {
            memcpy(to, ", ", 2);
            to += 2;
        }
        memcpy(to, name, size);
        to += size;
        *to = '\0';
    }
    return OKTA_OK;
}
