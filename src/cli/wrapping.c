/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/wrapping.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static bool begins(const char *text, size_t length, const char *start)
{
    return length >= strlen(start) && strncasecmp(text, start, strlen(start)) == 0;
}

static bool has(const char *text, size_t length, const char *word)
{
    for (size_t i = 0; i < length; i++)
        if (begins(text + i, length - i, word))
            return true;
    return false;
}

/* The name of a scheme or field in front, alone or with more behind it. */
static const char *leading_word(const char *text, size_t length)
{
    static const struct {
        const char *word, *remedy;
    } words[] = {
        {"Bearer", "the token alone, without \"Bearer\" in front of it"},
        {"DPoP", "the token alone, without \"DPoP\" in front of it"},
        {"Token", "the token alone, without \"Token\" in front of it"},
        {"JWT", "the token alone, without \"JWT\" in front of it"},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t end = strlen(words[i].word);

        if (begins(text, length, words[i].word) &&
            (length == end || isspace((unsigned char)text[end]) || text[end] == ':'))
            return words[i].remedy;
    }
    return NULL;
}

static bool has_space(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (isspace((unsigned char)text[i]))
            return true;
    return false;
}

static const char *around(const char *text, size_t length)
{
    if (has(text, length, "Authorization:"))
        return "the token alone, without \"Authorization:\" and \"Bearer\" in front of it";
    if (text[0] == '{' || text[0] == '[')
        return "the value of \"access_token\" alone, without the JSON around it";
    if (has(text, length, "token="))
        return "the token alone, without the name and \"=\" in front of it and what follows \"&\"";
    if (text[0] == '"' || text[0] == '\'' || text[length - 1] == '"' || text[length - 1] == '\'')
        return "the token alone, without quotation marks around it";
    if (text[0] == '$')
        return "the token itself; the shell puts in the value of a variable only outside of single "
               "quotes";
    return NULL;
}

const char *okta_wrapping(const char *text, size_t length)
{
    size_t blanks = 0;
    const char *found;

    if (length == 0)
        return "a token; this one is empty: is a shell variable unset";
    while (blanks < length - 1 && isspace((unsigned char)text[blanks]))
        blanks++;
    found = around(text + blanks, length - blanks);
    if (!found)
        found = leading_word(text + blanks, length - blanks);
    if (!found && has_space(text, length))
        found = "the token alone, without white space or line breaks";
    if (!found && (text[length - 1] == ',' || text[length - 1] == ';'))
        found = "the token alone, without the sign of punctuation behind it";
    if (!found && has(text, length, "%2E"))
        found = "the token as it was before it was encoded for a URL, with dots in place of %2E";
    return found;
}
