/* SPDX-License-Identifier: Apache-2.0 */
#include "../oracle.h"
#include "unit.h"

#include <stdlib.h>

/* By our reader; jansson has to agree. */
static bool parses_bytes(const char *json, size_t length, okta_error *error)
{
    const char *text = exact(json, length);
    okta_value *value = okta_read_object(text, length, error);
    json_t *expected = oracle_object(text, length);
    bool parsed = value != NULL;

    check(oracle_agrees(expected, value), "not read alike: %.*s", (int)length, json);
    json_decref(expected);
    free(value);
    return parsed;
}

static bool parses(const char *json)
{
    okta_error error = {""};
    bool good = parses_bytes(json, strlen(json), &error);

    check(good || error.text[0], "refused without a cause: %s", json);
    return good;
}

rule(takes_sound_objects)
{
    static const char *const rows[] = {
        "{}",
        " \t\r\n{ } \n",
        "{\"a\":1}",
        "{\"a\":{\"a\":{\"a\":1}}}",
        "{\"a\":[1,2,{\"a\":1},{\"a\":2}]}",
        "{\"a\":-0,\"b\":1e3,\"c\":0.5,\"d\":1E-2,\"e\":9223372036854775807}",
        "{\"a\":null,\"b\":true,\"c\":false}",
        "{\"\":1}",
        "{\"a\":\"\\u00e9\\ud83d\\ude00 \\/ \\\\ \\\" \\b\\f\\n\\r\\t\"}",
        "{\"a\":\"\xc3\xa9 \xf0\x9f\x98\x80\"}",
        "{\"a\":1,\"A\":2}",
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(parses(rows[i]), "%s", rows[i]);
}

rule(takes_nothing_but_an_object)
{
    static const char *const rows[] = {
        "",     " ",    "[]",  "[{}]", "\"a\"", "1", "true",  "null",   "nul", "{",       "}",
        "{}{}", "{} x", "{},", "{}]",  "{}\v",  "a", "[1,2]", "\"{}\"", "-",   "{} null", "{}\x01"};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(!parses(rows[i]), "%s", rows[i]);
    check(!parses_bytes("{}\0", 3, NULL), "a NUL behind the object");
    check(!parses_bytes("\0{}", 3, NULL), "a NUL before the object");
    check(!parses_bytes("{\"a\0b\":1}", 9, NULL), "a NUL in a name");
    check(!parses_bytes("{\"a\":4\0}", 8, NULL), "a NUL behind a number");
}

rule(refuses_duplicate_names_however_written)
{
    static const char *const rows[] = {
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"b\":2,\"a\":null}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"\\u0061\":1,\"a\":2}",
        "{\"\":1,\"\":2}",
        "{\"x\":{\"a\":1,\"a\":2}}",
        "{\"x\":[{\"a\":1,\"a\":2}]}",
        "{\"\xc3\xa9\":1,\"\\u00e9\":2}",
        "{\"/\":1,\"\\/\":2}",
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(!parses(rows[i]), "%s", rows[i]);
}

rule(refuses_bad_strings)
{
    static const char *const rows[] = {
        "{\"a\":\"\\u0000\"}",
        "{\"\\u0000\":1}",
        "{\"a\":\"x\\u0000y\"}",
        "{\"a\\u0000b\":1}",
        "{\"a\":\"\xff\"}",
        "{\"a\":\"\xc3\"}",
        "{\"a\":\"\xc0\x80\"}",
        "{\"a\":\"\xe0\x80\x80\"}",
        "{\"a\":\"\xed\xa0\x80\"}",
        "{\"a\":\"\xf4\x90\x80\x80\"}",
        "{\"a\":\"\xf8\x88\x80\x80\x80\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\udc00\"}",
        "{\"a\":\"\\ud800\\u0041\"}",
        "{\"a\":\"\\ud800x\"}",
        "{\"a\":\"\\x41\"}",
        "{\"a\":\"\\u12g4\"}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\x1f\"}",
        "{\"a\":\"",
        "{\"a\":\"\\\"}",
        "{'a':1}",
        "{a:1}",
        "\xef\xbb\xbf{}",
        "{\"\xff\":1}",
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(!parses(rows[i]), "row %zu: %s", i, rows[i]);
}

/* RFC 8259 section 2: space, tab, line feed and carriage return are blanks, and nothing else. */
rule(nothing_else_is_a_blank)
{
    static const char *const others[] = {"\f", "\v", "\b", "\x7f", "\xc2\xa0", "\xe2\x80\xa8"};

    for (size_t i = 0; i < COUNT_OF(others); i++) {
        check(!parses(text("%s{\"a\":1}", others[i])), "%zu in front", i);
        check(!parses(text("{%s\"a\":1}", others[i])), "%zu before a name", i);
        check(!parses(text("{\"a\"%s:1}", others[i])), "%zu behind a name", i);
        check(!parses(text("{\"a\":%s1}", others[i])), "%zu before a value", i);
        check(!parses(text("{\"a\":1%s}", others[i])), "%zu behind a value", i);
        check(!parses(text("{\"a\":[1,%s2]}", others[i])), "%zu in an array", i);
        check(!parses(text("{\"a\":1}%s", others[i])), "%zu at the end", i);
    }
}

/* Plain characters are copied by eights: what is not plain has to be seen wherever it stands. */
rule(every_byte_is_seen_at_every_place_of_a_string)
{
    for (int byte = 0; byte < 256; byte++)
        for (size_t place = 0; place < 18; place++) {
            char json[] = "{\"v\":\"abcdefghijklmnopqrstuv\"}";
            bool plain = byte >= ' ' && byte < 0x80 && byte != '"', parsed;

            json[6 + place] = (char)byte;
            parsed = parses_bytes(json, sizeof(json) - 1, NULL);
            /* behind a backslash some letters make an escape */
            check(parsed == plain || byte == '\\', "byte %d at %zu", byte, place);
        }
}

rule(a_nul_ends_nothing)
{
    static const struct {
        const char *json;
        size_t length;
    } rows[] = {{"{\"v\":\"\\\0\"}", 10}, {"{\"v\":\"\0\"}", 9}, {"{\"v\":\"\\u00\0\0\"}", 14},
                {"{\"v\":1\0}", 8},       {"{\"v\":1}\0", 8},    {"\0{\"v\":1}", 8},
                {"{\"\\\0\":1}", 8},      {"{\"v\":tru\0}", 10}};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(!parses_bytes(rows[i].json, rows[i].length, NULL), "row %zu", i);
}

rule(refuses_bad_numbers_and_words)
{
    static const char *const rows[] = {
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":1.}",
        "{\"a\":1e}",
        "{\"a\":1e+}",
        "{\"a\":0x10}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":-}",
        "{\"a\":1e400}",
        "{\"a\":-1e400}",
        "{\"a\":9223372036854775808}",
        "{\"a\":-9223372036854775809}",
        "{\"a\":1 2}",
        "{\"a\":TRUE}",
        "{\"a\":nul}",
        "{\"a\":1,}",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":[1,]}",
        "{\"a\":[,1]}",
        "{\"a\":1 \"b\":2}",
        "{/**/}",
        "{\"a\":1}//",
        "{\"a\":--1}",
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(!parses(rows[i]), "%s", rows[i]);
}

static char *nested(const char *open, const char *close, size_t levels)
{
    return text("{\"a\":%s1%s}", repeat(open, levels - 1), repeat(close, levels - 1));
}

rule(caps_the_depth)
{
    okta_error error = {""};
    char *bomb = repeat("[", 1000000);

    check(parses(nested("[", "]", OKTA_JSON_MAX_DEPTH)), "arrays at the cap");
    check(!parses(nested("[", "]", OKTA_JSON_MAX_DEPTH + 1)), "arrays beyond it");
    check(parses(nested("{\"a\":", "}", OKTA_JSON_MAX_DEPTH)), "objects at the cap");
    check(!parses(nested("{\"a\":", "}", OKTA_JSON_MAX_DEPTH + 1)), "objects beyond it");
    check(!parses(bomb), "a million brackets");
    bomb = text("{\"a\":%s", bomb);
    check(!parses_bytes(bomb, strlen(bomb), &error), "a million brackets in an object");
    check(strstr(error.text, "32"), "%s", error.text);
}

rule(the_cap_holds_for_mixed_brackets_of_any_number)
{
    for (size_t arrays = 0; arrays <= 40; arrays++) {
        for (size_t objects = 1; objects <= 40; objects++) {
            char *json = text("%s%s1%s%s", repeat("{\"a\":", objects), repeat("[", arrays),
                              repeat("]", arrays), repeat("}", objects));
            check(parses(json) == (arrays + objects <= OKTA_JSON_MAX_DEPTH),
                  "%zu objects, %zu arrays", objects, arrays);
        }
    }
}

rule(does_not_count_what_stands_in_strings_or_side_by_side)
{
    check(parses(text("{\"a\":\"%s\"}", repeat("[{", 100))), "brackets in a string");
    check(parses(text("{\"%s\":1}", repeat("[", 100))), "brackets in a name");
    check(parses(text("{\"a\":\"\\\\\",\"b\":\"\\\"%s\"}", repeat("{", 100))), "escaped quotes");
    check(parses(text("{\"a\":[%s[]]}", repeat("[],", 100))), "siblings");
    check(!parses(text("{\"a\":\"\\\\\",\"b\":%s%s}", repeat("[", 40), repeat("]", 40))),
          "a backslash does not open a string for good");
    check(!parses(text("{\"a\":%s}", repeat("]", 40))), "closed more often than opened");
}

rule(a_cause_that_nobody_asks_for_is_not_told)
{
    check(!parses_bytes("{", 1, NULL), "half an object");
}
