/* SPDX-License-Identifier: Apache-2.0 */
/* prove: core/bearer.c */
/* options: -inline-calls strncasecmp,strspn,span */
/* functions: okta_bearer_find okta_bearer_absence okta_bearer_is_token68 okta_bearer_is_character
 */
/* unreached: starts_with 3: the names of schemes are compared as far as they go, never to their NUL
 */
/* functions: scheme_of starts_with ours_was_joined */
#include "core/bearer.h"
#include "prove.h"

#include <string.h>

static void look(char *field, bool with_dpop)
{
    const char *token;
    size_t token_length;
    okta_scheme scheme;

    okta_bearer_absence(field, with_dpop);
    if (okta_bearer_find(field, with_dpop, &scheme, &token, &token_length) == OKTA_OK)
        okta_bearer_is_character(*token);
    /* what was found is a part of the field up to its NUL, and so is the field */
    okta_bearer_is_token68(field);
}

/* Any characters, also behind what makes them a field of ours. */
PROVE(4)
{
    static const char *const heads[] = {"", "beareR", "DPoP", "x,\"\\", "x, Bearer"};

    okta_bearer_absence(NULL, true);
    okta_bearer_find(NULL, true, NULL, NULL, NULL);
    /*@ loop unroll 5; */
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        size_t head = strlen(heads[i]);
        char *field = any_string(head + length);

        memcpy(field, heads[i], head);
        look(field, Frama_C_interval(0, 1));
        free(field);
    }
}
