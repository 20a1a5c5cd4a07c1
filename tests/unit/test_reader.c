/* SPDX-License-Identifier: Apache-2.0 */
#include "core/number.h"
#include "core/reader.h"
#include "unit.h"

#include <locale.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* What it takes and refuses: tests/unit/test_json.c, beside jansson. */

static const okta_value *read_text(const char *json)
{
    size_t length = strlen(json);
    okta_value *value = okta_read_object(exact(json, length), length, NULL);

    return value ? keep(value) : NULL;
}

static const okta_value *of(const char *json)
{
    const okta_value *value = okta_value_member(read_text(json), "v");

    need(value, "no member v: %s", json);
    return value;
}

rule(a_tree_is_read_whole)
{
    static const char *const rows[] = {
        "{}",
        "{\"v\":[]}",
        "{\"a\":1,\"b\":-1,\"c\":0.5,\"d\":true,\"e\":false,\"f\":null,\"g\":\"\"}",
        "{\"a\":[],\"b\":{},\"c\":[[],[[]],{}],\"d\":{\"e\":{\"f\":[1,2,{\"g\":\"h\"}]}}}",
        "{\"\":\"\",\"\xc3\xa9\":\"\xf0\x9f\x98\x80\"}",
        "{\"v\":[9223372036854775807,-9223372036854775808,1e300,-0.0,5e-324]}",
        "{\"v\":[\"a\",[\"b\",[\"c\"]],\"d\"]}",
        " { \"a\" : [ 1 , { \"b\" : \"c\" } , \"d\" ] , \"e\" : \"f\" } ",
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        json_t *expected = json_loads(rows[i], 0, NULL);
        const okta_value *value = read_text(rows[i]);
        json_t *found = value ? okta_value_to_json(value) : NULL;

        check(json_equal(expected, found), "%s", rows[i]);
        json_decref(expected);
        json_decref(found);
    }
}

rule(escapes_stand_for_their_characters)
{
    static const struct {
        const char *escaped;
        const char *means;
    } rows[] = {
        {"\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t"},
        {"\\u0041\\u007f", "A\x7f"},
        {"\\u0080\\u07ff", "\xc2\x80\xdf\xbf"},
        {"\\u0800\\ud7ff\\ue000\\uffff", "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"},
        {"\\ud800\\udc00\\uDBFF\\uDFFF", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"},
        {"\\u00e9x\\u00E9", "\xc3\xa9x\xc3\xa9"},
    };
    static const char *const none[] = {"\\",
                                       "\\x",
                                       "\\u",
                                       "\\u12",
                                       "\\u12g4",
                                       "\\ud800\\n",
                                       "\\ud800\\u0041",
                                       "\\ud800\\ue000",
                                       "\\udc00\\ud800",
                                       "\\udc00\\udc00",
                                       "\\udfff\\udfff",
                                       "\\ud800\\ud800"};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const okta_value *value = of(text("{\"v\":\"%s\"}", rows[i].escaped));

        check(strcmp(value->as.string, rows[i].means) == 0 &&
                  value->length == strlen(rows[i].means),
              "%s is %s", rows[i].escaped, value->as.string);
    }
    for (size_t i = 0; i < COUNT_OF(none); i++)
        check(!read_text(text("{\"v\":\"%s\"}", none[i])), "%s", none[i]);
}

/* All of one, two, three and four bytes, at the edges of what RFC 3629 allows. */
rule(utf8_is_taken_in_its_shortest_form_only)
{
    static const struct {
        const char *bytes;
        bool sound;
    } rows[] = {
        {"\x7f", true},
        {"\x80", false},
        {"\xbf", false},
        {"\xc0\x80", false},
        {"\xc1\xbf", false},
        {"\xc2\x80", true},
        {"\xdf\xbf", true},
        {"\xc2", false},
        {"\xc2\x7f", false},
        {"\xc2\xc0", false},
        {"\xe0\x80\x80", false},
        {"\xe0\x9f\xbf", false},
        {"\xe0\xa0\x80", true},
        {"\xed\x9f\xbf", true},
        {"\xed\xa0\x80", false},
        {"\xed\xbf\xbf", false},
        {"\xee\x80\x80", true},
        {"\xef\xbf\xbf", true},
        {"\xe2\x82", false},
        {"\xf0\x80\x80\x80", false},
        {"\xf0\x8f\xbf\xbf", false},
        {"\xf0\x90\x80\x80", true},
        {"\xf4\x8f\xbf\xbf", true},
        {"\xf4\x90\x80\x80", false},
        {"\xf5\x80\x80\x80", false},
        {"\xf7\xbf\xbf\xbf", false},
        {"\xf8\x88\x80\x80\x80", false},
        {"\xf8\x90\x80\x80", false},
        {"\xff\xbf\xbf\xbf", false},
        {"\xfe", false},
        {"\xff", false},
        {"\xf0\x9f\x98", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const okta_value *value = read_text(text("{\"v\":\"%s\"}", rows[i].bytes));

        check(!value == !rows[i].sound, "row %zu", i);
        check(!value || strcmp(okta_value_member(value, "v")->as.string, rows[i].bytes) == 0,
              "row %zu is changed", i);
    }
}

rule(what_ends_too_early_is_refused_without_reading_on)
{
    static const char whole[] =
        "{\"a\":[1.5e3,-2,true,null],\"b\\u00e9\\ud83d\\ude00\":{\"c\":\"\xf0\x9f\x98\x80\"}}";

    for (size_t length = 0; length < sizeof(whole) - 1; length++) {
        okta_error error = {""};

        check(!okta_read_object(exact(whole, length), length, &error), "%zu bytes", length);
        check(strstr(error.text, "JSON, byte "), "%zu bytes: %s", length, error.text);
    }
    check(read_text(whole), "all of it");
}

rule(brackets_that_nobody_closes_find_room)
{
    for (size_t depth = 1; depth <= OKTA_JSON_MAX_DEPTH + 2; depth++) {
        check(!read_text(text("{\"\":%s", repeat("[", depth))), "%zu arrays", depth);
        check(!read_text(repeat("{\"\":", depth)), "%zu objects", depth);
        check(!read_text(text("{\"\":%s", repeat("[1,", depth))), "%zu with an element", depth);
    }
}

rule(a_name_stands_once_however_many_there_are)
{
    for (size_t count = 2; count < 70; count += 3) {
        char *members = text("\"n0\":0");

        for (size_t i = 1; i < count; i++)
            members = text("%s,\"n%zu\":0", members, i);
        check(read_text(text("{%s}", members)), "%zu names", count);
        for (size_t i = 0; i < count; i++)
            check(!read_text(text("{%s,\"n%zu\":0}", members, i)), "%zu names, n%zu twice", count,
                  i);
        check(read_text(text("{\"n\":{%s},%s}", members, members)), "%zu names in two objects",
              count);
    }
}

rule(numbers_are_read_to_the_last_bit)
{
    check(of("{\"v\":9223372036854775807}")->as.integer == INT64_MAX, "greatest");
    check(of("{\"v\":-9223372036854775808}")->as.integer == INT64_MIN, "least");
    check(of("{\"v\":-0}")->type == OKTA_VALUE_INTEGER, "minus nothing");
    check(of("{\"v\":1764000000.25}")->as.real == 1764000000.25, "a fraction");
    check(of("{\"v\":17E+2}")->as.real == 1700, "an exponent");
    check(!read_text("{\"v\":9223372036854775808}"), "beyond the greatest");
    check(!read_text("{\"v\":-9223372036854775809}"), "beyond the least");
    check(!read_text("{\"v\":99999999999999999999}"), "far beyond");
    check(!read_text("{\"v\":1e309}"), "beyond all doubles");
}

rule(whole_numbers_are_written_as_they_are_read)
{
    static const char *const rows[] = {
        "0",  "9",   "10",         "1764000000",           "9223372036854775807",
        "-1", "-10", "-999999999", "-9223372036854775807", "-9223372036854775808"};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *written = keep(malloc(OKTA_NUMBER_SIZE));
        int64_t number = of(text("{\"v\":%s}", rows[i]))->as.integer;

        check(okta_number_write(number, written) == strlen(rows[i]), "length of %s", rows[i]);
        check(strcmp(written, rows[i]) == 0, "%s became %s", rows[i], written);
    }
}

/* Other modules of a server call setlocale. */
rule(a_point_is_a_point_in_every_locale)
{
    static const char *const commas[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "C"};
    size_t i = 0;

    while (!setlocale(LC_NUMERIC, commas[i]))
        i++;
    check(of("{\"v\":2.5}")->as.real == 2.5, "in %s", commas[i]);
    setlocale(LC_NUMERIC, "C");
}

static bool fits(const char *json, size_t needed)
{
    const okta_value *value = read_text(json);
    size_t size = value ? malloc_usable_size((okta_value *)value) : 0;

    return size >= needed && size < needed + 2 * sizeof(max_align_t);
}

rule(the_block_is_as_large_as_what_it_holds)
{
    check(fits("{\"a\":1}", 2 * sizeof(okta_value) + 2), "one member");
    check(fits("{\"a\" : [1, \"b\\u0063\"] }", 4 * sizeof(okta_value) + 2 + 3), "an array");
    check(fits(text("{\"a\":\"%s\"}", repeat("\\u0063", 100)), 2 * sizeof(okta_value) + 2 + 101),
          "escapes");
}

rule(a_fault_has_its_place_and_its_cause)
{
    static const struct {
        const char *json;
        const char *cause;
    } rows[] = {
        {"", "byte 1: not a JSON object"},
        {"[]", "byte 1: not a JSON object"},
        {"{}x", "byte 3: something behind the object"},
        {"{\"a\":oops}", "byte 6: no value"},
        {"{\"a\":1,}", "byte 8: no name of a member"},
        {"{\"a\" 1}", "byte 6: no : after a name"},
        {"{\"a\":1 2}", "byte 8: neither , nor } after a value"},
        {"{\"a\":[1 2]}", "byte 9: neither , nor ] after a value"},
        {"{\"a\":1,\"a\":2}", "a duplicate name in an object"},
        {"{\"a\":\"\\u0000\"}", "a NUL in a string"},
        {"{\"a\":\"\\ud800\"}", "half a pair of surrogates"},
        {"{\"a\":\"\\q\"}", "an unknown escape"},
        {"{\"a\":\"\n\"}", "a control character in a string"},
        {"{\"a\":\"\xff\"}", "bad UTF-8"},
        {"{\"a\":1.}", "half a number"},
        {"{\"a\":1e999}", "a number out of range"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_error error = {""};

        check(!okta_read_object(rows[i].json, strlen(rows[i].json), &error), "%s", rows[i].json);
        check(strstr(error.text, rows[i].cause), "%s: %s", rows[i].json, error.text);
    }
}

/* What somebody wrote with an editor. */
rule(a_fault_of_a_document_has_its_line_and_column)
{
    static const struct {
        const char *json;
        const char *cause;
    } rows[] = {
        {"", "JSON, line 1, column 1: not a JSON object"},
        {"{\n  \"keys\": [\n    oops\n  ]\n}\n", "JSON, line 3, column 5: no value"},
        {"{\r\n\"a\":1,\r\n}", "JSON, line 3, column 1: no name of a member"},
        {"{\"\xc3\xa9\":oops}", "JSON, line 1, column 6: no value"},
        {"\xef\xbb\xbf{\"a\":oops}", "JSON, line 1, column 6: no value"},
        {"\xef\xbb\xbf\xef\xbb\xbf{}", "JSON, line 1, column 1: not a JSON object"},
    };
    okta_value *marked;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t length = strlen(rows[i].json);
        okta_error error = {""};

        check(!okta_read_document(exact(rows[i].json, length), length, &error), "row %zu", i);
        check(strcmp(error.text, rows[i].cause) == 0, "row %zu: %s", i, error.text);
    }
    marked = okta_read_document("\xef\xbb\xbf{\"a\":1}", 10, NULL);
    check(okta_value_member(marked, "a"), "one byte order mark is skipped");
    free(marked);
}
