/* SPDX-License-Identifier: Apache-2.0 */
/* prove: core/bearer.c */
/* functions: okta_bearer_find okta_bearer_absence okta_bearer_is_token68 okta_bearer_is_character */
/* functions: scheme_of starts_with ours_was_joined */
#include "core/bearer.h"
#include "prove.h"

PROVE(7)
{
    char *field = any_string(length);
    const char *token;
    size_t token_length;
    okta_scheme scheme;
    bool with_dpop = Frama_C_interval(0, 1);

    okta_bearer_absence(field, with_dpop);
    if (okta_bearer_find(field, with_dpop, &scheme, &token, &token_length) == OKTA_OK) {
        okta_bearer_is_token68(token);
        okta_bearer_is_character(token[token_length]);
        //@ assert token[token_length] == '\0';
    }
    free(field);
}
