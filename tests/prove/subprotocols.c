/* SPDX-License-Identifier: Apache-2.0 */
/* prove: core/subprotocols.c */
/* options: -eva-no-alloc-returns-null */
/* unreached: is_ours 1: no other name has as many characters */
/* functions: okta_subprotocols_take next is_ours */
#include "core/subprotocols.h"

#define CLASS_SETS ",", " \t"
#include "classes.h"

/* Any text, alone and beside the name of ours, in any case of letters. */
PROVE(3)
{
    static const char *const around[][2] = {{"", ""},
                                            {"okta.bearer", ""},
                                            {"a,Okta.Bearer,", ",b"},
                                            {"", "okta.bearer, x"},
                                            {"okta.bearer,", "okta.bearer"}};
    size_t word[WORD_MAX] = {0};

    if (length == 0)
        sort_bytes(false);
    /*@ loop unroll WORDS; */
    do
        /*@ loop unroll 10; */
        for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
            const size_t size = strlen(around[i][0]) + length + strlen(around[i][1]) + 1;
            char *field = text_around(around[i][0], word, length, around[i][1], 1);
            char *rest = room(2 * size);
            const char *token;
            size_t token_length;

            field[size - 1] = '\0';
            if (okta_subprotocols_take(field, &token, &token_length, rest) == OKTA_OK)
                token_length = strnlen(token, token_length) + strlen(rest);
            free(field);
            free(rest);
        }
    while (next_word(word, length));
}
