#include "core/bearer.h"

#include <string.h>
#include <strings.h>

static const char scheme[] = "Bearer";
#define SCHEME_LENGTH (sizeof(scheme) - 1)

static const char token68[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";

static bool starts_with_scheme(const char *text)
{
    char after;

    if (strncasecmp(text, scheme, SCHEME_LENGTH) != 0)
        return false;
    after = text[SCHEME_LENGTH];
    return after == '\0' || after == ' ' || after == '\t' || after == ',';
}

/* A second field is joined to the first with a comma; commas inside another scheme's quoted strings
 * are its own. */
static bool bearer_was_joined(const char *text)
{
    bool quoted = false;

    for (; *text; text++) {
        if (quoted && *text == '\\' && text[1])
            text++;
        else if (*text == '"')
            quoted = !quoted;
        else if (!quoted && *text == ',' && starts_with_scheme(text + 1 + strspn(text + 1, " \t")))
            return true;
    }
    return false;
}

okta_reason okta_bearer_find(const char *field, const char **token, size_t *length)
{
    if (!field || !*field)
        return OKTA_TOKEN_MISSING;
    if (!starts_with_scheme(field))
        return bearer_was_joined(field) ? OKTA_REQUEST_MALFORMED : OKTA_TOKEN_MISSING;
    field += SCHEME_LENGTH;
    if (*field != ' ')
        return OKTA_REQUEST_MALFORMED;
    field += strspn(field, " ");
    if (!*field)
        return OKTA_REQUEST_MALFORMED;
    *token = field;
    *length = strlen(field);
    return OKTA_OK;
}

const char *okta_bearer_absence(const char *field)
{
    if (!field || !*field)
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
