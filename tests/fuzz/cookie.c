/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cookie.h"
#include "fuzz.h"

/* A Cookie field: what is found is one value without separators, and nothing of it is left in the
 * field without it. */
FUZZ_TARGET("cookie")
{
    char *field = malloc(length + 1), *rest = malloc(length + 1);
    const char *value = NULL;
    size_t value_length = 0;
    okta_reason reason, after;
    bool gone;

    memcpy(field, input, length);
    field[length] = '\0';
    reason = okta_cookie_find(field, "t", &value, &value_length);
    gone = okta_cookie_without(field, "t", rest);
    hold(reason == OKTA_OK || reason == OKTA_TOKEN_MISSING || reason == OKTA_REQUEST_MALFORMED);
    hold(gone || strcmp(field, rest) == 0);
    hold(reason == OKTA_TOKEN_MISSING || gone);
    if (reason == OKTA_OK) {
        hold(value >= field && value + value_length <= field + strlen(field) && value_length > 0);
        hold(!memchr(value, ';', value_length));
        hold(value[0] != ' ' && value[value_length - 1] != ' ');
    }
    after = okta_cookie_find(rest, "t", &value, &value_length);
    hold(after == OKTA_TOKEN_MISSING);
    free(field);
    free(rest);
    return reason == OKTA_OK;
}
