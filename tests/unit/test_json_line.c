/* SPDX-License-Identifier: Apache-2.0 */
#include "core/json_line.h"
#include "unit.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* The text of the one member "v". */
static const char *value_of(okta_json_style style, const char *value, size_t length, size_t most)
{
    static char kept[OKTA_JSON_LINE_BYTES];
    okta_json_line line;
    json_t *read;

    okta_json_line_begin(&line);
    okta_json_line_text(&line, "v", style, value, length, most);
    read = json_loads(okta_json_line_end(&line), 0, NULL);
    check(read != NULL, "no JSON: %s", line.text);
    strcpy(kept, json_string_value(json_object_get(read, "v")));
    json_decref(read);
    return kept;
}

rule(every_byte_leaves_a_line_that_no_log_touches)
{
    for (int style = OKTA_JSON_EXACT; style <= OKTA_JSON_WORDS; style++)
        for (int c = 0; c < 256; c++) {
            const char one = (char)c;
            okta_json_line line;
            json_t *read;

            okta_json_line_begin(&line);
            okta_json_line_text(&line, "v", (okta_json_style)style, &one, 1, 9);
            okta_json_line_end(&line);
            for (const char *p = line.text; *p; p++)
                check(*p >= 0x20 && *p <= 0x7e && *p != '\\', "byte %d in style %d: %s", c, style,
                      line.text);
            read = json_loads(line.text, 0, NULL);
            check(read && json_object_size(read) == 1, "byte %d in style %d: %s", c, style,
                  line.text);
            json_decref(read);
        }
}

rule(each_style_escapes_what_it_says)
{
    static const char odd[] = "a\"b\\c%d\n\xc3\xa9\0e";

    check(strcmp(value_of(OKTA_JSON_EXACT, odd, sizeof(odd) - 1, 100),
                 "a%22b%5Cc%25d%0A%C3%A9%00e") == 0,
          "%s", value_of(OKTA_JSON_EXACT, odd, sizeof(odd) - 1, 100));
    check(strcmp(value_of(OKTA_JSON_URL, odd, sizeof(odd) - 1, 100), "a%22b%5Cc%d%0A%C3%A9%00e") ==
              0,
          "%s", value_of(OKTA_JSON_URL, odd, sizeof(odd) - 1, 100));
    check(strcmp(value_of(OKTA_JSON_WORDS, odd, sizeof(odd) - 1, 100), "a'b?c%d????e") == 0, "%s",
          value_of(OKTA_JSON_WORDS, odd, sizeof(odd) - 1, 100));
}

rule(a_value_is_cut_between_what_stands_for_its_bytes)
{
    okta_json_line line;

    for (size_t most = 0; most < 9; most++) {
        okta_json_line_begin(&line);
        okta_json_line_text(&line, "v", OKTA_JSON_EXACT, "\n\n\n", 3, most);
        okta_json_line_end(&line);
        check(strncmp(line.text, "{\"v\":\"%0A%0A", 6 + most / 3 * 3) == 0 &&
                  line.text[6 + most / 3 * 3] == '"',
              "%zu: %s", most, line.text);
        check(strstr(line.text, "\"okta.cut\":\"v\"}") != NULL, "%zu: %s", most, line.text);
    }
    okta_json_line_begin(&line);
    okta_json_line_text(&line, "v", OKTA_JSON_EXACT, "\n\n\n", 3, 9);
    check(!strstr(okta_json_line_end(&line), "okta.cut"), "%s", line.text);
}

rule(a_line_that_is_full_stays_json_and_says_what_it_lacks)
{
    char long_value[1000], name[16];
    okta_json_line line;
    json_t *read;
    const char *cut;

    memset(long_value, '\n', sizeof(long_value));
    okta_json_line_begin(&line);
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "n%03d", i);
        okta_json_line_text(&line, name, OKTA_JSON_EXACT, long_value, sizeof(long_value), 900);
        okta_json_line_number(&line, name, INT64_MIN);
        okta_json_line_flag(&line, name, false);
        okta_json_line_word(&line, name, "word");
    }
    okta_json_line_end(&line);
    check(strlen(line.text) < sizeof(line.text), "%zu", strlen(line.text));
    read = json_loads(line.text, 0, NULL);
    cut = json_string_value(json_object_get(read, "okta.cut"));
    check(cut && strstr(cut, "n000,") == cut, "%s", line.text);
    json_decref(read);
}

rule(members_come_in_order_with_their_types)
{
    okta_json_line line;

    okta_json_line_begin(&line);
    okta_json_line_word(&line, "a.b", "word");
    okta_json_line_number(&line, "n", -7);
    okta_json_line_flag(&line, "t", true);
    okta_json_line_flag(&line, "f", false);
    okta_json_line_text(&line, "e", OKTA_JSON_EXACT, "", 0, 5);
    okta_json_line_end(&line);
    check(strcmp(line.text, "{\"a.b\":\"word\",\"n\":-7,\"t\":true,\"f\":false,\"e\":\"\"}") == 0,
          "%s", line.text);
    okta_json_line_begin(&line);
    check(strcmp(okta_json_line_end(&line), "{}") == 0, "%s", line.text);
}
