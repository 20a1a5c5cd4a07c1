/* SPDX-License-Identifier: Apache-2.0 */
/* prove: core/cookie.c */
/* models: compare.c */
/* options: -eva-no-alloc-returns-null */
/* unreached: okta_cookie_find 8: no text has $Version, or blanks behind a value */
/* functions: okta_cookie_find okta_cookie_without value_of is_version */
#include "core/cookie.h"

#define CLASS_SETS ";", ",", "\"", " \t", "=", "n", "$"
#include "classes.h"

static void look(const char *field, size_t size)
{
    char *rest = room(size);
    const char *value;
    size_t value_length;

    if (okta_cookie_find(field, "n", &value, &value_length) == OKTA_OK)
        //@ assert value_length < size;
        value_length = strnlen(value, value_length);
    okta_cookie_without(field, "n", rest);
    value_length = strlen(rest);
    free(rest);
}

/* Any text, alone and where others stand in front and behind. */
PROVE(2)
{
    static const char *const around[][2] = {{"", ""}, {"a=1; n", "; n=2"}, {"a=\"", "; n=\""}};
    size_t word[WORD_MAX] = {0};

    if (length == 0) {
        const char *value;
        size_t value_length;

        sort_bytes(false);
        okta_cookie_find(NULL, "n", &value, &value_length);
    }
    /*@ loop unroll WORDS; */
    do
        /*@ loop unroll 10; */
        for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
            const size_t size = strlen(around[i][0]) + length + strlen(around[i][1]) + 1;
            char *field = text_around(around[i][0], word, length, around[i][1], 1);

            field[size - 1] = '\0';
            look(field, size);
            free(field);
        }
    while (next_word(word, length));
}
