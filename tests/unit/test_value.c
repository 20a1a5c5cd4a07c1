#include "core/value.h"
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const okta_value *flatten(const char *json)
{
    json_t *tree = json_loads(json, JSON_DECODE_ANY, NULL);
    const okta_value *value;

    need(tree, "no JSON: %s", json);
    value = okta_value_flatten(tree, keep(malloc(okta_value_size(tree))));
    json_decref(tree);
    return value;
}

static const okta_value *of(const char *json)
{
    const okta_value *value = okta_value_member(flatten(json), "v");

    need(value, "no member v: %s", json);
    return value;
}

rule(a_tree_survives_flattening_whole)
{
    static const char *const rows[] = {
        "{}",
        "[]",
        "null",
        "\"\"",
        "{\"a\":1,\"b\":-1,\"c\":0.5,\"d\":true,\"e\":false,\"f\":null,\"g\":\"\"}",
        "{\"a\":[],\"b\":{},\"c\":[[],[[]],{}],\"d\":{\"e\":{\"f\":[1,2,{\"g\":\"h\"}]}}}",
        "{\"\":\"\",\"\xc3\xa9\":\"\xf0\x9f\x98\x80\"}",
        "[9223372036854775807,-9223372036854775808,1e300,-0.0]",
        "[\"a\",[\"b\",[\"c\"]],\"d\"]",
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        json_t *before = json_loads(rows[i], JSON_DECODE_ANY, NULL);
        size_t size = okta_value_size(before);
        char *block = keep(malloc(size + 8));
        json_t *after;

        memset(block + size, 0x5a, 8);
        after = okta_value_to_json(okta_value_flatten(before, block));
        check(json_equal(before, after), "%s", rows[i]);
        check(memcmp(block + size, "ZZZZZZZZ", 8) == 0, "%s overran its block", rows[i]);
        json_decref(before);
        json_decref(after);
    }
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
    const okta_value *root = flatten("{\"a\":1,\"A\":2,\"aa\":3,\"\":4}");

    check(okta_value_member(root, "a")->as.integer == 1, "a");
    check(okta_value_member(root, "A")->as.integer == 2, "A");
    check(okta_value_member(root, "")->as.integer == 4, "empty");
    check(!okta_value_member(root, "b") && !okta_value_member(root, "aaa"), "strangers");
    check(!okta_value_member(flatten("[1]"), "a"), "of an array");
    check(!okta_value_member(flatten("\"a\""), "a"), "of a string");
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
        {"{\"v\":null}", false, 0, false},
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
        {"{\"v\":\"api\"}", true},
        {"{\"v\":[\"api\"]}", true},
        {"{\"v\":[\"x\",\"api\"]}", true},
        {"{\"v\":[1,null,{},\"api\"]}", true},
        {"{\"v\":\"api://\"}", false},
        {"{\"v\":\"xapi\"}", false},
        {"{\"v\":\"API\"}", false},
        {"{\"v\":\"ap\"}", false},
        {"{\"v\":\"x api y\"}", false},
        {"{\"v\":[]}", false},
        {"{\"v\":[[\"api\"]]}", false},
        {"{\"v\":{\"api\":\"api\"}}", false},
        {"{\"v\":null}", false},
        {"{\"v\":true}", false},
        {"{\"v\":0}", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(okta_value_holds(of(rows[i].json), "api", 3) == rows[i].holds, "%s", rows[i].json);
    check(!okta_value_holds(of("{\"v\":\"api\"}"), "api\0", 4), "a NUL behind");
    check(okta_value_holds(of("{\"v\":\"\"}"), "", 0), "empty");
}

rule(size_grows_with_the_tree)
{
    json_t *small = json_loads("{\"a\":1}", 0, NULL),
           *big = json_loads("{\"a\":[1,\"bc\"]}", 0, NULL);

    check(okta_value_size(small) == 2 * sizeof(okta_value) + 2, "%zu", okta_value_size(small));
    check(okta_value_size(big) == 4 * sizeof(okta_value) + 2 + 3, "%zu", okta_value_size(big));
    json_decref(small);
    json_decref(big);
}
