/* SPDX-License-Identifier: Apache-2.0 */
#include "core/subprotocols.h"
#include "fuzz.h"

#include <strings.h>

/* Subprotocols of a handshake: what is left has no pair, fits, and has the token nowhere that was
 * not there besides. */
FUZZ_TARGET("subprotocols")
{
    char *field = malloc(length + 1), *rest, *again;
    const char *token = NULL;
    size_t token_length = 0;
    okta_reason reason;

    memcpy(field, input, length);
    field[length] = '\0';
    rest = malloc(2 * strlen(field) + 1);
    again = malloc(4 * strlen(field) + 1);
    reason = okta_subprotocols_take(field, &token, &token_length, rest);
    hold(reason == OKTA_OK || reason == OKTA_TOKEN_MISSING || reason == OKTA_REQUEST_MALFORMED);
    hold(reason != OKTA_REQUEST_MALFORMED || !*rest);
    if (reason == OKTA_OK) {
        const char *unused = NULL;

        hold(token > field && token + token_length <= field + strlen(field) && token_length > 0);
        hold(!memchr(token, ',', token_length));
        hold(strlen(rest) + token_length < 2 * strlen(field));
        hold(okta_subprotocols_take(rest, &unused, &token_length, again) == OKTA_TOKEN_MISSING);
    }
    free(field);
    free(rest);
    free(again);
    return reason == OKTA_OK;
}
