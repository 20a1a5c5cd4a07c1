/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cookie.h"

#include <string.h>
#include <strings.h>

#define BLANKS " \t"

/* What follows the name and its equals sign where the text begins with them; else NULL. */
static const char *value_of(const char *text, const char *name)
{
    size_t length = strlen(name);

    text += strspn(text, BLANKS);
    if (strncmp(text, name, length) != 0)
        return NULL;
    text += length + strspn(text + length, BLANKS);
    return *text == '=' ? text + 1 : NULL;
}

static bool is_version(const char *text)
{
    text += strspn(text, BLANKS);
    return strncasecmp(text, "$Version", 8) == 0;
}

okta_reason okta_cookie_find(const char *field, const char *name, const char **value,
                             size_t *length)
{
    const char *found = NULL, *begin;
    bool quoted = false, doubtful = false, old = false;

    for (const char *at = field; at && *at; at++) {
        if (*at == '"')
            quoted = !quoted;
        if (at > field && *at != ';' && *at != ',')
            continue;
        begin = value_of(at + (at > field), name);
        old = old || is_version(at + (at > field));
        /* httpd joins two fields with a comma */
        doubtful = doubtful || (begin && (found || quoted || *at == ','));
        found = begin ? begin : found;
    }
    if (!found)
        return OKTA_TOKEN_MISSING;
    if (doubtful || old)
        return OKTA_REQUEST_MALFORMED;
    found += strspn(found, BLANKS);
    *value = found;
    *length = strcspn(found, ";");
    while (*length > 0 && strchr(BLANKS, found[*length - 1]))
        --*length;
    return *length > 0 ? OKTA_OK : OKTA_TOKEN_MISSING;
}

bool okta_cookie_without(const char *field, const char *name, char *rest)
{
    char *to = rest;
    bool gone = false;

    while (*field) {
        size_t length = strcspn(field, ";,");
        const bool goes = value_of(field, name) != NULL;
        char separator;

        /* a comma may be in the value that goes */
        if (goes)
            length = strcspn(field, ";");
        separator = field[length];
        gone = gone || goes;
        if (!goes) {
            memcpy(to, field, length);
            to += length;
            if (separator)
                *to++ = separator;
        }
        field += length + (separator != '\0');
        if (to == rest)
            field += strspn(field, BLANKS);
    }
    /* what stood in front of the last one */
    while (gone && to > rest && strchr(BLANKS ";,", to[-1]))
        to--;
    *to = '\0';
    return gone;
}
