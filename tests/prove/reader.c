/* SPDX-License-Identifier: Apache-2.0 */
/* prove: core/utf8.c core/number.c */
/* models: models.c results.c errors.c compare.c exact.c */
/* instead core/reader.c: #define NODES_AT_HAND 128 => #define NODES_AT_HAND 1 */
/* instead core/reader.c: while (!special && end - at >= (ptrdiff_t)sizeof(eight)) => while (false)
 */
/* options: -eva-no-alloc-returns-null -inline-calls copy_plain -eva-split-return-function
 * read_members:0:1,read_elements:0:1,read_children:0:1,read_value:0:1,read_number:0:1,okta_number_read:0:1,okta_word_read:0:1,read_string:0:1,read_scalar:0:1,okta_nodes_names_differ:0:1
 */
/* unreached: read_text 5: secrets have no entry, and nothing is on the stack */
/* unreached: read_with 1: fail() never says true */
/* unreached: read_value 1: the same */
/* unreached: read_elements 1: the same */
/* unreached: read_scalar 1: a number that is a whole text has nothing behind it */
/* unreached: read_children 4: no text is deeper than four levels */
/* unreached: name_fault 15: places in documents, and a byte of bad UTF-8 that has a name */
/* unreached: okta_nodes_names_differ 15: no object has more than 16 members */
/* functions: read_text read_with read_value read_children read_members read_elements read_scalar
 * name_fault may_begin take skip_space */
/* functions: okta_nodes_names_differ okta_nodes_to_block place */
#define CLASS_SETS "{", "}", "[", "]", ",", ":", "\"", "\\", " ", "\t\n\r", "-", "0", "123456789"
#include "classes.h"

static int failing; /* which call from here on has no memory; below 0: none */

static void *some_room(size_t size)
{
    return failing-- == 0 ? NULL : malloc(size);
}

#define malloc some_room
#include "core/nodes.c"
#include "core/reader.c"
#undef malloc

static void look(const char *text, size_t length)
{
    okta_error error = {""};
    okta_flaw flaw;

    free(okta_read_object(text, length, &error));
    free(okta_read_message(text, length, &flaw, &error));
}

/* Any bytes at one place of a text. */
PROVE(1)
{
    static const char *const around[][2] = {{"", ""},
                                            {"{\"a\":", "true}"},
                                            {"{\"a\":[", ",[1],{}],\"b\":2}"},
                                            {"[[],{\"\":1}", "]"},
                                            {"{\"a\":1,\"", "\":\"s\" }"}};
    size_t word[WORD_MAX] = {0};

    if (length == 0)
        sort_bytes(true);
    /*@ loop unroll WORDS; */
    do
        /*@ loop unroll 10; */
        for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
            const size_t size = strlen(around[i][0]) + length + strlen(around[i][1]);
            char *text = text_around(around[i][0], word, length, around[i][1], 0);

            /*@ loop unroll 3; */
            for (int none = -1; none < (length == 0) * 2; none++) {
                failing = none;
                look(text, size);
            }
            free(text);
        }
    while (next_word(word, length));
}
