/* SPDX-License-Identifier: Apache-2.0 */
#include "core/reader.h"
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const okta_value *read_value(const char *json)
{
    okta_value *value = okta_read_object(json, strlen(json), NULL);

    need(value, "no JSON: %s", json);
    return keep(value);
}

static const okta_value *of(const char *json)
{
    const okta_value *value = okta_value_member(read_value(json), "v");

    need(value, "no member v: %s", json);
    return value;
}

rule(strings_keep_their_length_and_end)
{
    const okta_value *value = of("{\"v\":\"\xc3\xa9t\xc3\xa9\"}");

    check(value->type == OKTA_VALUE_STRING && value->length == 5, "length %u", value->length);
    check(strlen(value->as.string) == 5, "not terminated");
    check(strcmp(value->name, "v") == 0, "name");
}

rule(members_are_found_by_exact_name)
{
    const okta_value *root = read_value("{\"a\":1,\"A\":2,\"aa\":3,\"\":4}");

    check(okta_value_member(root, "a")->as.integer == 1, "a");
    check(okta_value_member(root, "A")->as.integer == 2, "A");
    check(okta_value_member(root, "")->as.integer == 4, "empty");
    check(!okta_value_member(root, "b") && !okta_value_member(root, "aaa"), "strangers");
    check(!okta_value_member(of("{\"v\":[1]}"), "a"), "of an array");
    check(!okta_value_member(of("{\"v\":\"a\"}"), "a"), "of a string");
    check(!okta_value_member(NULL, "a"), "of nothing");
}

rule(numbers_round_down)
{
    static const struct {
        const char *json;
        bool number;
        int64_t floor;
        bool fraction;
    } rows[] = {
        {"{\"v\":0}", true, 0, false},
        {"{\"v\":7}", true, 7, false},
        {"{\"v\":-7}", true, -7, false},
        {"{\"v\":7.0}", true, 7, false},
        {"{\"v\":7.9}", true, 7, true},
        {"{\"v\":-7.1}", true, -8, true},
        {"{\"v\":-0.0}", true, 0, false},
        {"{\"v\":1e-300}", true, 0, true},
        {"{\"v\":-1e-300}", true, -1, true},
        {"{\"v\":17e8}", true, 1700000000, false},
        {"{\"v\":1.7e9}", true, 1700000000, false},
        {"{\"v\":9223372036854775807}", true, INT64_MAX, false},
        {"{\"v\":-9223372036854775808}", true, INT64_MIN, false},
        {"{\"v\":9.3e18}", false, 0, false},
        {"{\"v\":-9.3e18}", false, 0, false},
        {"{\"v\":9223372036854775807.0}", false, 0, false},
        {"{\"v\":1e300}", false, 0, false},
        {"{\"v\":\"7\"}", false, 0, false},
        {"{\"v\":true}", false, 0, false},
        {"{\"v\":[7]}", false, 0, false},
        {"{\"v\":{}}", false, 0, false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t floored = 0;
        bool fraction = false, number = okta_value_floor(of(rows[i].json), &floored, &fraction);

        check(number == rows[i].number, "%s", rows[i].json);
        if (number)
            check(floored == rows[i].floor && fraction == rows[i].fraction, "%s: %lld, %d",
                  rows[i].json, (long long)floored, fraction);
    }
}

rule(a_member_that_is_null_is_absent)
{
    const okta_value *value = read_value("{\"v\":null,\"w\":{\"v\":null,\"x\":[null]}}");
    const okta_value *inner = okta_value_member(value, "w");

    check(!okta_value_member(value, "v"), "at the top");
    need(inner, "w");
    check(!okta_value_member(inner, "v"), "further in");
    check(okta_value_member(inner, "x") && okta_value_member(inner, "x")->length == 1,
          "elements are counted");
}

rule(no_double_leaves_int64)
{
    static const double strangers[] = {NAN,
                                       INFINITY,
                                       -INFINITY,
                                       9223372036854775808.0,
                                       -9223372036854775809.0,
                                       1.7976931348623157e308};

    for (size_t i = 0; i < COUNT_OF(strangers); i++) {
        okta_value value = {.type = OKTA_VALUE_REAL, .as.real = strangers[i]};
        int64_t floored;
        bool fraction;

        check(!okta_value_floor(&value, &floored, &fraction) || (double)floored == strangers[i],
              "%g", strangers[i]);
    }
}

rule(holding_is_of_whole_strings)
{
    static const struct {
        const char *json;
        bool holds;
    } rows[] = {
        {"{\"v\":\"api\"}", true},         {"{\"v\":[\"api\"]}", true},
        {"{\"v\":[\"x\",\"api\"]}", true}, {"{\"v\":[1,null,{},\"api\"]}", true},
        {"{\"v\":\"api://\"}", false},     {"{\"v\":\"xapi\"}", false},
        {"{\"v\":\"API\"}", false},        {"{\"v\":\"ap\"}", false},
        {"{\"v\":\"x api y\"}", false},    {"{\"v\":[]}", false},
        {"{\"v\":[[\"api\"]]}", false},    {"{\"v\":{\"api\":\"api\"}}", false},
        {"{\"v\":true}", false},           {"{\"v\":0}", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(okta_value_holds(of(rows[i].json), "api", 3) == rows[i].holds, "%s", rows[i].json);
    check(!okta_value_holds(of("{\"v\":\"api\"}"), "api\0", 4), "a NUL behind");
    check(okta_value_holds(of("{\"v\":\"\"}"), "", 0), "empty");
}

/* What JOSE headers, JWKs and claims make of null differs. */
rule(a_member_is_found_as_it_stands_or_as_a_string)
{
    static const char json[] = "{\"a\":\"xy\",\"b\":1,\"c\":\"\",\"d\":null}";
    okta_value *object = okta_read_object(json, strlen(json), NULL);

    need(object, "sound");
    check(strcmp(okta_value_text(object, "a"), "xy") == 0, "a");
    check(okta_value_text(object, "c") && !*okta_value_text(object, "c"), "c");
    check(!okta_value_text(object, "b"), "a number");
    check(!okta_value_text(object, "d") && !okta_value_text(object, "e"), "null and absent");
    check(!okta_value_text(NULL, "a") && !okta_value_entry(NULL, "a"), "no object at all");
    check(okta_value_entry(object, "d") && !okta_value_member(object, "d"), "null");
    check(!okta_value_entry(object, "e") && !okta_value_entry(object->as.children, "a"), "absent");
    free(object);
}
