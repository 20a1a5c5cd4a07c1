/* SPDX-License-Identifier: Apache-2.0 */
#include "core/revocation.h"

#include "core/moment.h"
#include "core/reader.h"

#include <stdlib.h>
#include <string.h>

static const char *const words[OKTA_REVOKES_COUNT] = {
    [OKTA_REVOKES_JTI] = "jti",
    [OKTA_REVOKES_SUB] = "sub",
    [OKTA_REVOKES_CID] = "cid",
    [OKTA_REVOKES_SID] = "sid",
};

static const char *const texts[OKTA_LINE_FAULTS] = {
    [OKTA_LINE_GOOD] = "nothing is wrong",
    [OKTA_LINE_NO_MEMORY] = "there was no memory to read it",
    [OKTA_LINE_LONG] = "it is longer than 65536 bytes",
    [OKTA_LINE_CONTROL] = "it has a NUL or another control character; save the file as plain text",
    [OKTA_LINE_UTF8] = "it is not UTF-8; save the file as such",
    [OKTA_LINE_WORD] = "none of jti, sub, cid, sid (in lower case) stands where it should; write "
                       "jti VALUE or the like, and # at the very start of a comment",
    [OKTA_LINE_ISSUER] = "iss is not followed by an issuer; write iss https://HOST/PATH in front "
                         "of jti, sub, cid or sid",
    [OKTA_LINE_VALUE] = "there is no value; write jti VALUE or the like",
    [OKTA_LINE_QUOTES] = "what begins with a double quote is no JSON string; close the quotes, and "
                         "write \\\" for a quote within them",
    [OKTA_LINE_BEHIND] = "behind the value stands something else than before TIME; put a value "
                         "that has spaces in double quotes",
    [OKTA_LINE_TIME] = "behind before stands no time; write 2026-11-26T18:00:00Z or seconds since "
                       "1970, and nothing behind",
    [OKTA_LINE_MANY] = "it is one line more than a list can hold",
};

const char *okta_revocation_fault_text(okta_revocation_fault fault)
{
    return (unsigned int)fault < OKTA_LINE_FAULTS ? texts[fault] : "it cannot be used";
}

const char *okta_revocation_word(okta_revocation_kind kind)
{
    return words[kind];
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_control(char c)
{
    return ((unsigned char)c < ' ' && c != '\t') || c == 0x7f;
}

/* Bytes of the character at text, or 0 where there is no whole one (RFC 3629 section 4). */
static size_t character(const unsigned char *text, size_t length)
{
    const unsigned char first = text[0];
    const size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4 || size > length)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    if ((first == 0xe0 && text[1] < 0xa0) || (first == 0xed && text[1] > 0x9f) ||
        (first == 0xf0 && text[1] < 0x90) || (first == 0xf4 && text[1] > 0x8f))
        return 0;
    return size;
}

/* In a comment any encoding will do. A carriage return may have been meant as a line's end. */
static okta_revocation_fault check_characters(const char *line, size_t length)
{
    const bool comment = length > 0 && line[0] == '#';
    size_t size;

    for (size_t i = 0; i < length; i += size) {
        if (is_control(line[i]))
            return OKTA_LINE_CONTROL;
        size = comment ? 1 : character((const unsigned char *)line + i, length - i);
        if (size == 0)
            return OKTA_LINE_UTF8;
    }
    return OKTA_LINE_GOOD;
}

/* What is left of the line. */
typedef struct rest {
    char *at, *end;
} rest;

typedef struct word {
    char *text;
    size_t length;
    bool quoted;
} word;

static void skip_blanks(rest *r)
{
    while (r->at < r->end && is_blank(*r->at))
        r->at++;
}

/* By the one reader of JSON that we have, as the value of an object. What it makes is no longer. */
static okta_revocation_fault decode(char *text, size_t quoted, size_t *length)
{
    static const char front[] = "{\"v\":";
    const size_t before = sizeof(front) - 1;
    char *object = malloc(before + quoted + 1);
    okta_error error = {""};
    const okta_value *found;
    okta_value *value;

    if (!object)
        return OKTA_LINE_NO_MEMORY;
    memcpy(object, front, before);
    memcpy(object + before, text, quoted);
    object[before + quoted] = '}';
    value = okta_read_object(object, before + quoted + 1, &error);
    free(object);
    if (!value)
        return okta_error_is_no_memory(&error) ? OKTA_LINE_NO_MEMORY : OKTA_LINE_QUOTES;
    found = okta_value_member(value, "v");
    *length = found->length;
    memcpy(text, found->as.string, found->length);
    free(value);
    return OKTA_LINE_GOOD;
}

/* The next word and the blanks behind it; none at the end of the line. A quoted one ends at the
 * first quote that has no backslash in front. */
static okta_revocation_fault next(rest *r, word *found)
{
    char *begin = r->at;
    okta_revocation_fault fault = OKTA_LINE_GOOD;

    *found = (word){begin, 0, r->at < r->end && *r->at == '"'};
    if (found->quoted) {
        for (r->at++; r->at < r->end && *r->at != '"'; r->at++)
            if (*r->at == '\\' && r->at + 1 < r->end)
                r->at++;
        if (r->at == r->end || (++r->at < r->end && !is_blank(*r->at)))
            return OKTA_LINE_QUOTES;
        fault = decode(begin, (size_t)(r->at - begin), &found->length);
    } else {
        while (r->at < r->end && !is_blank(*r->at))
            r->at++;
        found->length = (size_t)(r->at - begin);
    }
    skip_blanks(r);
    return fault;
}

static bool is_word(const word *w, const char *expected)
{
    return !w->quoted && w->length == strlen(expected) && memcmp(w->text, expected, w->length) == 0;
}

static bool is_url(const word *w)
{
    static const char *const schemes[] = {"https://", "http://"};

    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        const size_t length = strlen(schemes[i]);

        if (w->length > length && memcmp(w->text, schemes[i], length) == 0)
            return true;
    }
    return false;
}

/* `iss URL`, where it stands in front. */
static okta_revocation_fault read_issuer(rest *r, word *w, okta_revocation *found)
{
    okta_revocation_fault fault;

    if (!is_word(w, "iss"))
        return OKTA_LINE_GOOD;
    fault = next(r, w);
    if (fault != OKTA_LINE_GOOD)
        return fault;
    if (!is_url(w))
        return OKTA_LINE_ISSUER;
    found->issuer = w->text;
    found->issuer_length = w->length;
    return next(r, w);
}

/* `before TIME`, or nothing. */
static okta_revocation_fault read_time(rest *r, okta_revocation *found)
{
    okta_revocation_fault fault;
    bool more = false;
    word w;

    if (r->at == r->end)
        return OKTA_LINE_GOOD;
    fault = next(r, &w);
    if (fault == OKTA_LINE_GOOD && !is_word(&w, "before"))
        fault = OKTA_LINE_BEHIND;
    if (fault == OKTA_LINE_GOOD)
        fault = next(r, &w);
    if (fault == OKTA_LINE_GOOD &&
        (w.quoted || !okta_moment_read(w.text, w.length, &found->before, &more) || r->at < r->end))
        fault = OKTA_LINE_TIME;
    /* iat has whole seconds: the first one that is not before it */
    found->before += more;
    return fault;
}

static okta_revocation_fault read_words(rest *r, okta_revocation *found)
{
    okta_revocation_kind kind = OKTA_REVOKES_JTI;
    okta_revocation_fault fault;
    word w;

    fault = next(r, &w);
    if (fault == OKTA_LINE_GOOD)
        fault = read_issuer(r, &w, found);
    if (fault != OKTA_LINE_GOOD)
        return fault;
    while (kind < OKTA_REVOKES_COUNT && !is_word(&w, words[kind]))
        kind++;
    if (kind == OKTA_REVOKES_COUNT)
        return OKTA_LINE_WORD;
    fault = next(r, &w);
    if (fault == OKTA_LINE_GOOD && w.length == 0)
        fault = OKTA_LINE_VALUE;
    if (fault == OKTA_LINE_GOOD)
        fault = read_time(r, found);
    found->kind = kind;
    found->value = w.text;
    found->length = w.length;
    return fault;
}

okta_revocation_fault okta_revocation_read(char *line, size_t length, okta_revocation *found)
{
    rest r = {line, line + length};
    okta_revocation_fault fault;

    *found = (okta_revocation){.kind = OKTA_REVOKES_COUNT, .before = OKTA_REVOKED_ALWAYS};
    if (length > OKTA_REVOCATION_LINE_MAX)
        return OKTA_LINE_LONG;
    fault = check_characters(line, length);
    if (fault != OKTA_LINE_GOOD || (length > 0 && line[0] == '#'))
        return fault;
    skip_blanks(&r);
    return r.at < r.end ? read_words(&r, found) : OKTA_LINE_GOOD;
}

bool okta_revocation_is_bare(const char *value, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (is_blank(value[i]))
            return false;
    return length > 0 && value[0] != '"' && value[0] != '#' &&
           check_characters(value, length) == OKTA_LINE_GOOD;
}
