/* SPDX-License-Identifier: Apache-2.0 */
/* One JSON object on one line, of bounded length, that no log mangles: printable ASCII without a
 * backslash, and a double quote only where JSON itself has one. httpd's error log would double a
 * backslash and write other bytes as \xhh, so values escape by percent-encoding instead. */
#ifndef OKTA_CORE_JSON_LINE_H
#define OKTA_CORE_JSON_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OKTA_JSON_LINE_BYTES 3840

/* What becomes of the bytes of a value that cannot stand in the line. */
typedef enum okta_json_style {
    OKTA_JSON_EXACT, /* %XX, and % itself is %25: decoding gives the value back */
    OKTA_JSON_URL,   /* %XX, and % stays: for a path as a client sent it */
    OKTA_JSON_WORDS  /* for people: ' for a double quote, ? for all else */
} okta_json_style;

/* Value type, on the stack. */
typedef struct okta_json_line {
    char text[OKTA_JSON_LINE_BYTES];
    size_t used;
    char cut[256]; /* names of the members that were cut or left out */
} okta_json_line;

/* Members come in the order of the calls. name: a literal of printable ASCII without quotes. */
void okta_json_line_begin(okta_json_line *line);

/* length bytes of any content; of what is written for them `most` at most, the rest is cut. A
 * member that the line has no room for is left out. */
void okta_json_line_text(okta_json_line *line, const char *name, okta_json_style style,
                         const char *value, size_t length, size_t most);

/* A literal that is fine as it is. */
void okta_json_line_word(okta_json_line *line, const char *name, const char *word);
void okta_json_line_number(okta_json_line *line, const char *name, int64_t number);
void okta_json_line_flag(okta_json_line *line, const char *name, bool flag);

/* Close the object. Where something was cut, its last member "okta.cut" names what, with commas
 * in between. The text, terminated, in line. */
const char *okta_json_line_end(okta_json_line *line);

#endif
