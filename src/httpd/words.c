/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/words.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <stdbool.h>

#define IN_QUOTES "(one that belongs to it needs quotes around the whole)"

/* The next word of line, and whether it stands in quotes. */
static const char *next_word(apr_pool_t *pool, const char **line, bool *quoted)
{
    while (apr_isspace(**line))
        ++*line;
    *quoted = **line == '"' || **line == '\'';
    return ap_getword_conf(pool, line);
}

static bool was_quoted(const cmd_parms *cmd, const char *value)
{
    const char *line = cmd->directive->args;

    while (*line) {
        bool quoted;
        const char *word = next_word(cmd->temp_pool, &line, &quoted);

        if (quoted && strcmp(word, value) == 0)
            return true;
    }
    return false;
}

static bool has_comma_at_an_end(const char *word)
{
    return *word == ',' || (*word && word[strlen(word) - 1] == ',');
}

static bool has_blank_at_an_end(const char *word)
{
    return *word && (apr_isspace(*word) || apr_isspace(word[strlen(word) - 1]));
}

/* subject: how the sentence calls the word. */
static const char *word_fault(apr_pool_t *pool, const char *subject, const char *word, bool quoted,
                              okta_word_kind kind)
{
    bool comma = kind == OKTA_WORDS_TEXTS ? !quoted && has_comma_at_an_end(word)
                                          : has_comma_at_an_end(word) || strstr(word, ", ") ||
                                                (!quoted && strchr(word, ','));

    if (comma)
        return apr_psprintf(pool,
                            "%s holds a comma; write several with a space between them, "
                            "without commas " IN_QUOTES,
                            subject);
    if (kind == OKTA_WORDS_SCOPES && strpbrk(word, " \t"))
        return apr_psprintf(pool,
                            "%s holds a blank and no scope does; write several with a space "
                            "between them, without quotes",
                            subject);
    if (kind != OKTA_WORDS_TEXTS && has_blank_at_an_end(word))
        return apr_psprintf(pool, "%s has a blank at its end; leave the blank out", subject);
    return NULL;
}

const char *okta_name_fault(const cmd_parms *cmd, const char *value)
{
    return word_fault(cmd->pool, "it", value, was_quoted(cmd, value), OKTA_WORDS_NAMES);
}

/* Groups and values may well be called "or". In capitals, between other words, it is meant as the
 * operator. */
static bool is_conjunction(const char *word, okta_word_kind kind)
{
    static const char *const spellings[] = {"AND", "OR", "&&", "||", "and", "or", "&", "|"};
    size_t count = kind == OKTA_WORDS_TEXTS ? 4 : sizeof(spellings) / sizeof(spellings[0]);

    for (size_t i = 0; i < count; i++)
        if (strcmp(word, spellings[i]) == 0)
            return true;
    return false;
}

static const char *conjunction_fault(apr_pool_t *pool, const char *word)
{
    return apr_psprintf(
        pool,
        "\"%s\" is taken for a value; several on one line mean any of them, so leave "
        "it out, and for all of them write a line each in <RequireAll> (a value of "
        "that name needs quotes)",
        word);
}

const char *okta_words_fault(apr_pool_t *pool, const char *line, okta_word_kind kind)
{
    const char *fault = NULL;

    for (int i = 0; *line && !fault; i++) {
        bool quoted;
        const char *word = next_word(pool, &line, &quoted);

        fault = word_fault(pool, apr_psprintf(pool, "\"%s\"", word), word, quoted, kind);
        if (!fault && !quoted && i > 0 && *line && is_conjunction(word, kind))
            fault = conjunction_fault(pool, word);
    }
    return fault;
}
