/* SPDX-License-Identifier: Apache-2.0 */
#include "core/json_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CUT "okta.cut"
/* kept free of other members: ,"okta.cut":"..."} and the NUL */
#define RESERVED (sizeof(((okta_json_line *)0)->cut) + sizeof(CUT) + 8)

static size_t room(const okta_json_line *line)
{
    return sizeof(line->text) - RESERVED - line->used;
}

static void note_cut(okta_json_line *line, const char *name)
{
    size_t used = strlen(line->cut);

    if (used + strlen(name) + 2 <= sizeof(line->cut))
        snprintf(line->cut + used, sizeof(line->cut) - used, "%s%s", used ? "," : "", name);
}

static void put(okta_json_line *line, const char *text)
{
    size_t length = strlen(text);

    memcpy(line->text + line->used, text, length);
    line->used += length;
}

/* The member's name and what leads to its value; false where there is no room for a value of that
 * length. */
static bool open_member(okta_json_line *line, const char *name, size_t value)
{
    /* ,"name": and quotes around the value */
    if (strlen(name) + value + 6 > room(line)) {
        note_cut(line, name);
        return false;
    }
    put(line, line->used > 1 ? ",\"" : "\"");
    put(line, name);
    put(line, "\":");
    return true;
}

void okta_json_line_begin(okta_json_line *line)
{
    line->text[0] = '{';
    line->used = 1;
    line->cut[0] = '\0';
}

static bool can_stand(unsigned char c, okta_json_style style)
{
    return c >= 0x20 && c <= 0x7e && c != '"' && c != '\\' &&
           (c != '%' || style != OKTA_JSON_EXACT);
}

/* What stands for one byte of the value; its length. */
static size_t encode(unsigned char c, okta_json_style style, char to[4])
{
    if (can_stand(c, style)) {
        to[0] = (char)c;
        return 1;
    }
    if (style == OKTA_JSON_WORDS) {
        to[0] = c == '"' ? '\'' : '?';
        return 1;
    }
    snprintf(to, 4, "%%%02X", (unsigned)c);
    return 3;
}

void okta_json_line_text(okta_json_line *line, const char *name, okta_json_style style,
                         const char *value, size_t length, size_t most)
{
    size_t start, longest = 3 * length;
    char one[4];

    if (!open_member(line, name, longest < most ? longest : most))
        return;
    put(line, "\"");
    start = line->used;
    for (size_t i = 0; i < length; i++) {
        size_t size = encode((unsigned char)value[i], style, one);

        if (line->used - start + size > most) {
            note_cut(line, name);
            break;
        }
        memcpy(line->text + line->used, one, size);
        line->used += size;
    }
    put(line, "\"");
}

void okta_json_line_word(okta_json_line *line, const char *name, const char *word)
{
    okta_json_line_text(line, name, OKTA_JSON_EXACT, word, strlen(word), strlen(word));
}

void okta_json_line_number(okta_json_line *line, const char *name, int64_t number)
{
    char digits[24];

    snprintf(digits, sizeof(digits), "%" PRId64, number);
    if (open_member(line, name, strlen(digits)))
        put(line, digits);
}

void okta_json_line_flag(okta_json_line *line, const char *name, bool flag)
{
    if (open_member(line, name, 5))
        put(line, flag ? "true" : "false");
}

const char *okta_json_line_end(okta_json_line *line)
{
    if (line->cut[0]) {
        put(line, ",\"" CUT "\":\"");
        put(line, line->cut);
        put(line, "\"");
    }
    put(line, "}");
    line->text[line->used] = '\0';
    return line->text;
}
