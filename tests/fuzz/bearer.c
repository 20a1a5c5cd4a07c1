/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bearer.h"
#include "fuzz.h"

#include <strings.h>

/* A field is taken only if it is the scheme, blanks and one token68, to its very end. */
FUZZ_TARGET("bearer")
{
    static const char token68[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
    char *field = malloc(length + 1);
    const char *token = NULL;
    size_t token_length = 0;
    okta_reason reason;

    memcpy(field, input, length);
    field[length] = '\0';
    reason = okta_bearer_find(field, false, NULL, &token, &token_length);
    hold(reason == OKTA_OK || reason == OKTA_TOKEN_MISSING || reason == OKTA_REQUEST_MALFORMED);
    if (reason == OKTA_OK && !okta_bearer_is_token68(token)) {
        hold(token[0] && (strspn(token, token68) == 0 || token[strspn(token, token68)]));
        reason = OKTA_REQUEST_MALFORMED;
    } else if (reason == OKTA_OK) {
        size_t core = strspn(token, token68);

        hold(strncasecmp(field, "Bearer ", 7) == 0);
        hold(token == field + 6 + strspn(field + 6, " "));
        hold(core > 0 && token_length == core + strspn(token + core, "="));
        hold(token + token_length == field + strlen(field));
    } else {
        hold(!token);
    }
    free(field);
    return reason == OKTA_OK;
}
