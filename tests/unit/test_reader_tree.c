/* SPDX-License-Identifier: Apache-2.0 */
#include "core/reader.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

/* Each text of these words, up to as many as can be tried: how many nodes, names and bytes the
 * reader has room for rests on counting, which no example shows to be right. The text ends where
 * its memory ends, and AddressSanitizer watches the ends of the reader's own block. */
static const char *const words[] = {"{", "}", "[", "]", ",", ":", "\"\"", "\"a\"", "1"};

#define WORDS_IN_ANY_ORDER 5 /* behind the first brace */
#define WORDS_THAT_FIT 14    /* where what is before them could be the beginning of an object */

typedef struct trial {
    char text[64];
    size_t tried, taken, disagreed;
} trial;

/* Whether the reader takes it; *open: more text could make it an object. */
static bool is_taken(trial *t, size_t length, bool *open)
{
    char *text = malloc(length);
    okta_error error = {""};
    okta_value *value;
    json_t *other = json_loadb(t->text, length, JSON_REJECT_DUPLICATES, NULL);
    char end[32];

    assert_non_null(text);
    memcpy(text, t->text, length);
    value = okta_read_object(text, length, &error);
    snprintf(end, sizeof(end), "byte %zu:", length + 1);
    *open = strstr(error.text, end) != NULL;
    t->tried++;
    t->taken += value != NULL;
    if (!value != !other) {
        t->disagreed++;
        print_error("%.*s: %s\n", (int)length, t->text, value ? "taken" : error.text);
    } else if (value) {
        json_t *found = okta_value_to_json(value);

        t->disagreed += !json_equal(found, other);
        json_decref(found);
    }
    json_decref(other);
    free(value);
    free(text);
    return value != NULL;
}

static void try_all(trial *t, size_t length, unsigned int count)
{
    bool open;
    bool taken = is_taken(t, length, &open);

    if (count == WORDS_THAT_FIT || (count >= WORDS_IN_ANY_ORDER && (taken || !open)))
        return;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        size_t more = strlen(words[i]);

        memcpy(t->text + length, words[i], more);
        try_all(t, length + more, count + 1);
    }
}

rule(every_short_text_is_read_as_another_reader_reads_it)
{
    trial t = {.text = "{"};

    try_all(&t, 1, 0);
    check(t.disagreed == 0, "%zu of %zu texts", t.disagreed, t.tried);
    print_message("%zu texts, %zu of them taken\n", t.tried, t.taken);
    /* the search reached something */
    check(t.taken > 1000 && t.tried > 100000, "%zu taken of %zu", t.taken, t.tried);
}
