/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bearer.h"

#include <string.h>
#include <strings.h>

static const char token68[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";

static bool starts_with(const char *text, const char *name)
{
    size_t length = strlen(name);
    char after;

    if (strncasecmp(text, name, length) != 0)
        return false;
    after = text[length];
    return after == '\0' || after == ' ' || after == '\t' || after == ',';
}

static okta_scheme scheme_of(const char *text, bool with_dpop)
{
    if (starts_with(text, "Bearer"))
        return OKTA_SCHEME_BEARER;
    return with_dpop && starts_with(text, "DPoP") ? OKTA_SCHEME_DPOP : OKTA_SCHEME_NONE;
}

/* A second field is joined to the first with a comma; commas inside another scheme's quoted strings
 * are its own. */
static bool ours_was_joined(const char *text, bool with_dpop)
{
    bool quoted = false;

    for (; *text; text++) {
        if (quoted && *text == '\\' && text[1])
            text++;
        else if (*text == '"')
            quoted = !quoted;
        else if (!quoted && *text == ',' &&
                 scheme_of(text + 1 + strspn(text + 1, " \t"), with_dpop))
            return true;
    }
    return false;
}

okta_reason okta_bearer_find(const char *field, bool with_dpop, okta_scheme *scheme,
                             const char **token, size_t *length)
{
    okta_scheme found = field ? scheme_of(field, with_dpop) : OKTA_SCHEME_NONE;

    if (scheme)
        *scheme = found;
    if (!field || !*field)
        return OKTA_TOKEN_MISSING;
    if (!found)
        return ours_was_joined(field, with_dpop) ? OKTA_REQUEST_MALFORMED : OKTA_TOKEN_MISSING;
    field += found == OKTA_SCHEME_DPOP ? 4 : 6;
    if (*field != ' ')
        return OKTA_REQUEST_MALFORMED;
    field += strspn(field, " ");
    if (!*field)
        return OKTA_REQUEST_MALFORMED;
    *token = field;
    *length = strlen(field);
    return OKTA_OK;
}

const char *okta_bearer_absence(const char *field, bool with_dpop)
{
    if (!field || !*field || scheme_of(field, with_dpop))
        return NULL;
    if (!strchr(field, ' '))
        return "The Authorization header has one word; \"Bearer\" and a space belong before the "
               "token";
    return "The Authorization header has another scheme than \"Bearer\"";
}

bool okta_bearer_is_character(char c)
{
    return c == '=' || (c != '\0' && strchr(token68, c));
}

bool okta_bearer_is_token68(const char *token)
{
    size_t end = strspn(token, token68);

    return end > 0 && token[end + strspn(token + end, "=")] == '\0';
}
