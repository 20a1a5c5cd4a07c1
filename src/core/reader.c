/* SPDX-License-Identifier: Apache-2.0 */
#include "core/reader.h"

#include "core/eight.h"
#include "core/nodes.h"
#include "core/number.h"
#include "core/redzone.h"
#include "core/utf8.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_OF(number) #number
#define DIGITS(number) DIGITS_OF(number)

#define NODES_AT_HAND 128 /* of the stack: as much as most tokens need */

typedef struct reader {
    const unsigned char *start, *at, *end;
    okta_node *nodes;
    size_t count;
    char *texts, *text; /* all of them, and the next one's place */
    const char **names; /* for the comparison of an object's */
    unsigned int depth, deepest;
    bool is_message;
    okta_flaw flaw;
    const char *fault;
    const unsigned char *fault_at;
} reader;

static bool fail(reader *r, const char *fault)
{
    if (!r->fault) {
        r->fault = fault;
        r->fault_at = r->at;
    }
    r->flaw = OKTA_FLAW_NOT_JSON;
    return false;
}

/* What others may read, and not all alike: a message is read on, for the sake of its sender. */
static bool doubt(reader *r, const char *fault)
{
    okta_flaw flaw = r->flaw;

    fail(r, fault);
    r->flaw = flaw == OKTA_FLAW_NONE ? OKTA_FLAW_AMBIGUOUS : flaw;
    return r->is_message;
}

static void skip_space(reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
        r->at++;
}

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

/* The next character is c, past blanks. */
static bool take(reader *r, unsigned char c)
{
    skip_space(r);
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static const char bad_utf8[] = "bad UTF-8, beginning with the byte";

static bool copy_utf8(reader *r)
{
    const unsigned char *at = r->at;
    uint32_t code;

    if (!okta_utf8_read(&at, r->end, &code))
        return fail(r, bad_utf8);
    r->at = at;
    r->text = okta_utf8_write(r->text, code);
    return true;
}

static bool read_hex(reader *r, uint32_t *code)
{
    static const char digits[] = "0123456789abcdef";

    *code = 0;
    for (size_t i = 0; i < 4; i++) {
        unsigned char c = r->at < r->end ? *r->at : 0;
        const char *digit = c ? strchr(digits, c >= 'A' && c <= 'F' ? c | 0x20 : c) : NULL;

        if (!digit)
            return fail(r, "\\u without four hexadecimal digits");
        *code = *code << 4 | (uint32_t)(digit - digits);
        r->at++;
    }
    return true;
}

/* Behind \u. RFC 8259 section 7: what does not fit 16 bits is written as a pair of surrogates. */
static bool read_code(reader *r)
{
    const char *fault = NULL;
    uint32_t code, low;

    if (!read_hex(r, &code))
        return false;
    if (code == 0) {
        fault = "a NUL in a string";
    } else if (okta_is_surrogate(code)) {
        fault = "half a pair of surrogates";
        if (code < 0xdc00 && r->end - r->at >= 2 && r->at[0] == '\\' && r->at[1] == 'u') {
            r->at += 2;
            if (!read_hex(r, &low))
                return false;
            if (low >= 0xdc00 && low <= 0xdfff)
                fault = NULL;
            code = 0x10000 + ((code & 0x3ff) << 10 | (low & 0x3ff));
        }
    }
    if (fault && !doubt(r, fault))
        return false;
    r->text = okta_utf8_write(r->text, fault ? 0xfffd : code);
    return true;
}

static bool read_escape(reader *r)
{
    static const char letters[] = "\"\\/bfnrt", stand_for[] = "\"\\/\b\f\n\r\t";
    const char *letter = r->at < r->end && *r->at ? strchr(letters, *r->at) : NULL;

    if (letter) {
        *r->text++ = stand_for[letter - letters];
        r->at++;
        return true;
    }
    if (r->at == r->end || *r->at != 'u')
        return fail(r, "an unknown escape");
    r->at++;
    return read_code(r);
}

static bool is_plain(unsigned char c)
{
    return c >= ' ' && c < 0x80 && c != '"' && c != '\\';
}

/* 0: all of the eight bytes are plain. */
static uint64_t find_special(uint64_t eight)
{
    return (eight & OKTA_EIGHT(0x80)) | okta_eight_below(eight, ' ') |
           okta_eight_equal(eight, '"') | okta_eight_equal(eight, '\\');
}

/* By variables of its own: what is written through r->text could be r, for all the compiler knows.
 * There is room for what is left of the input, so that eight bytes can be written for fewer. */
static void copy_plain(reader *r)
{
    const unsigned char *at = r->at, *end = r->end;
    uint64_t eight, special = 0;
    char *to = r->text;

    while (!special && end - at >= (ptrdiff_t)sizeof(eight)) {
        size_t plain = sizeof(eight);

        memcpy(&eight, at, sizeof(eight));
        memcpy(to, &eight, sizeof(eight));
        special = find_special(eight);
        if (special)
            plain = okta_eight_before(special);
        at += plain;
        to += plain;
    }
    while (at < end && is_plain(*at))
        *to++ = (char)*at++;
    r->at = at;
    r->text = to;
}

/* Behind the opening quotation mark. */
static bool read_string(reader *r, const char **string, uint32_t *length)
{
    char *begin = r->text;

    for (;;) {
        copy_plain(r);
        if (r->at == r->end)
            return fail(r, "a string without an end");
        if (*r->at == '"')
            break;
        if (*r->at >= 0x80) {
            if (!copy_utf8(r))
                return false;
        } else if (*r->at++ != '\\') {
            return fail(r, "a control character in a string");
        } else if (!read_escape(r)) {
            return false;
        }
    }
    r->at++;
    *string = begin;
    *length = (uint32_t)(r->text - begin);
    *r->text++ = '\0';
    return true;
}

static bool read_number(reader *r, okta_value *value)
{
    const unsigned char *from = r->at;
    const char *fault = NULL;

    if (okta_number_read(&r->at, r->end, value, &fault))
        return true;
    if (fault != okta_number_out_of_range || !r->is_message)
        return fail(r, fault);
    fault = NULL;
    if (okta_number_approach(from, value, &fault))
        return true;
    return fault ? doubt(r, fault) : fail(r, NULL);
}

static bool read_value(reader *r, const char *name);

/* Behind the opening bracket. */
static bool read_elements(reader *r, okta_value *array)
{
    if (take(r, ']'))
        return true;
    do {
        array->length++;
        if (!read_value(r, NULL))
            return false;
    } while (take(r, ','));
    return take(r, ']') || fail(r, "neither , nor ] after a value");
}

static bool read_members(reader *r, okta_node *object)
{
    if (take(r, '}'))
        return true;
    do {
        const char *name;
        uint32_t length;

        object->value.length++;
        if (!take(r, '"'))
            return fail(r, "no name of a member");
        if (!read_string(r, &name, &length))
            return false;
        if (!take(r, ':'))
            return fail(r, "no : after a name");
        if (!read_value(r, name))
            return false;
    } while (take(r, ','));
    if (!take(r, '}'))
        return fail(r, "neither , nor } after a value");
    return okta_nodes_names_differ(object, r->names) || doubt(r, "a duplicate name in an object");
}

/* Behind an opening bracket: to behind the one that closes it, without a look at what is within. */
static bool pass_over(reader *r)
{
    bool in_string = false;

    for (size_t open = 1; open > 0; r->at++) {
        if (r->at == r->end)
            return fail(r, "a bracket without an end");
        if (*r->at == '"')
            in_string = !in_string;
        else if (in_string && *r->at == '\\' && r->at + 1 < r->end)
            r->at++;
        else if (!in_string)
            open += (*r->at == '{' || *r->at == '[') - (size_t)(*r->at == '}' || *r->at == ']');
    }
    return true;
}

static bool read_too_deep(reader *r, okta_node *container)
{
    container->value.type = OKTA_VALUE_NULL;
    if (!r->is_message)
        return fail(r, "nested deeper than " DIGITS(OKTA_JSON_MAX_DEPTH) " levels");
    return doubt(r, "nested deeper than " DIGITS(OKTA_MESSAGE_MAX_DEPTH) " levels") && pass_over(r);
}

static bool read_children(reader *r, okta_node *container)
{
    bool is_object = *r->at++ == '{';
    bool good;

    if (r->depth == r->deepest)
        return read_too_deep(r, container);
    r->depth++;
    container->value.type = is_object ? OKTA_VALUE_OBJECT : OKTA_VALUE_ARRAY;
    good = is_object ? read_members(r, container) : read_elements(r, &container->value);
    r->depth--;
    return good;
}

static bool read_value(reader *r, const char *name)
{
    okta_node *n = &r->nodes[r->count++];
    bool good;

    n->value.name = name;
    n->value.length = 0;
    skip_space(r);
    if (r->at == r->end)
        return fail(r, "no value");
    switch (*r->at) {
    case '"':
        r->at++;
        n->value.type = OKTA_VALUE_STRING;
        good = read_string(r, &n->value.as.string, &n->value.length);
        break;
    case '{':
    case '[':
        good = read_children(r, n);
        break;
    default:
        if (r->is_message)
            n->value.length = (uint32_t)(r->at - r->start);
        good = *r->at == '-' || is_digit(*r->at)
                   ? read_number(r, &n->value)
                   : okta_word_read(&r->at, r->end, &n->value) || fail(r, "no value");
        break;
    }
    n->span = (size_t)(&r->nodes[r->count] - n);
    return good;
}

/* Of a document the place is for somebody with an editor, who counts characters. */
static void name_fault(const reader *r, bool is_document, okta_error *error)
{
    size_t line = 1, column = 1;
    char byte[8] = "";

    if (r->fault == bad_utf8)
        okta_text_format(byte, sizeof(byte), " 0x%02x", *r->fault_at);
    for (const unsigned char *at = r->start; is_document && at < r->fault_at; at++) {
        line += *at == '\n';
        column = *at == '\n' ? 1 : column + ((*at & 0xc0) != 0x80);
    }
    if (is_document)
        okta_error_set(error, "JSON, line %zu, column %zu: %s%s", line, column, r->fault, byte);
    else
        okta_error_set(error, "JSON, byte %zu: %s%s", (size_t)(r->fault_at - r->start) + 1,
                       r->fault, byte);
}

static bool may_begin(const reader *r)
{
    return r->at < r->end && (*r->at == '{' || (r->is_message && *r->at == '['));
}

/* What is JSON and no message is told from what is no JSON. */
static bool read_scalar(reader *r)
{
    static const char fault[] = "neither an object nor an array";
    const bool is_number = r->at < r->end && (*r->at == '-' || is_digit(*r->at));

    if (!read_value(r, NULL)) {
        /* within a container something follows a number */
        if (!is_number || r->at < r->end || !is_digit(r->at[-1])) {
            r->fault = fault;
            return false;
        }
        r->nodes->value.type = OKTA_VALUE_NULL;
        r->fault = NULL;
        r->flaw = OKTA_FLAW_NONE;
    }
    return doubt(r, fault);
}

static okta_value *read_with(reader *r, bool is_document, okta_error *error)
{
    okta_value *root = NULL;
    bool good;

    skip_space(r);
    if (may_begin(r))
        good = read_value(r, NULL);
    else
        good = r->is_message ? read_scalar(r) : fail(r, "not a JSON object");
    if (good) {
        skip_space(r);
        good = r->at == r->end || fail(r, "something behind the object");
    }
    if (good)
        root = okta_nodes_to_block(r->nodes, r->count, r->texts, (size_t)(r->text - r->texts));
    if (!root && (good || !r->fault)) {
        r->flaw = OKTA_FLAW_NO_MEMORY;
        okta_error_set_no_memory(error);
    } else if (r->fault) {
        name_fault(r, is_document, error);
    }
    return root;
}

typedef enum text_kind { IS_TOKEN, IS_DOCUMENT, IS_SECRET, IS_MESSAGE } text_kind;

static okta_value *read_text(const char *text, size_t length, text_kind kind, okta_flaw *flaw,
                             okta_error *error)
{
    /* each value but the root follows one of these; a decoded string with its NUL is shorter than
     * it was between its quotation marks */
    size_t commas = okta_text_count(text, length, ',');
    size_t nodes =
        1 + commas + okta_text_count(text, length, '{') + okta_text_count(text, length, '[');
    size_t size = nodes * sizeof(okta_node) + (commas + 1) * sizeof(char *) + length;
    const unsigned char *start = (const unsigned char *)text;
    reader r = {.start = start,
                .at = start,
                .end = start + length,
                .deepest = kind == IS_MESSAGE ? OKTA_MESSAGE_MAX_DEPTH : OKTA_JSON_MAX_DEPTH,
                .is_message = kind == IS_MESSAGE};
    okta_node nearby[NODES_AT_HAND];
    char *gaps[2];
    okta_value *root;

    size += sizeof(gaps) / sizeof(gaps[0]) * OKTA_REDZONE_BYTES;
    r.nodes = size <= sizeof(nearby) ? nearby : malloc(size);
    if (!r.nodes) {
        *flaw = OKTA_FLAW_NO_MEMORY;
        okta_error_set_no_memory(error);
        return NULL;
    }
    gaps[0] = (char *)(r.nodes + nodes);
    r.names = (const char **)(gaps[0] + OKTA_REDZONE_BYTES);
    gaps[1] = (char *)(r.names + commas + 1);
    r.texts = r.text = gaps[1] + OKTA_REDZONE_BYTES;
    okta_redzone_close(gaps[0]);
    okta_redzone_close(gaps[1]);
    root = read_with(&r, kind == IS_DOCUMENT || kind == IS_SECRET, error);
    *flaw = r.flaw;
    okta_redzone_open(gaps[0]);
    okta_redzone_open(gaps[1]);
    if (kind == IS_SECRET)
        OPENSSL_cleanse(r.nodes, size);
    free(r.nodes != nearby ? r.nodes : NULL);
    return root;
}

okta_value *okta_read_object(const char *text, size_t length, okta_error *error)
{
    okta_flaw flaw;

    return read_text(text, length, IS_TOKEN, &flaw, error);
}

static okta_value *read_document(const char *text, size_t length, text_kind kind, okta_error *error)
{
    size_t skipped = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    okta_flaw flaw;

    return read_text(text + skipped, length - skipped, kind, &flaw, error);
}

okta_value *okta_read_document(const char *text, size_t length, okta_error *error)
{
    return read_document(text, length, IS_DOCUMENT, error);
}

okta_value *okta_read_secret(const char *text, size_t length, okta_error *error)
{
    return read_document(text, length, IS_SECRET, error);
}

okta_value *okta_read_message(const char *text, size_t length, okta_flaw *flaw, okta_error *error)
{
    return read_text(text, length, IS_MESSAGE, flaw, error);
}
