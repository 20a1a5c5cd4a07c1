/* SPDX-License-Identifier: Apache-2.0 */
#include "core/path.h"
#include "core/reader.h"
#include "unit.h"

#include <string.h>

static const okta_value *read_value(const char *json)
{
    okta_value *value = okta_read_object(json, strlen(json), NULL);

    need(value, "no JSON: %s", json);
    return keep(value);
}

/* From RFC 6901 section 5, and what claims are like. */
static const char document[] =
    "{\"foo\":[\"bar\",\"baz\",null],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,"
    "\"k\\\"l\":6,\" \":7,\"m~n\":8,\"~1\":9,\"/\":10,\"/x\":11,\"x\":12,\"a.b\":{\"c.d\":13,"
    "\"e\":14},\"a\":{\"b\":{\"e\":15},\"0\":16,\"\":{\"\":17}},\"https://n.s/roles\":18,"
    "\"list\":[{\"n\":19},[20]],\"nothing\":null,\"deep\":{\"nothing\":null}}";

static void expect(const char *path, int64_t number)
{
    const okta_value *found = okta_path_find(read_value(document), exact(path, strlen(path) + 1));

    check(number < 0 ? !found
                     : found && found->type == OKTA_VALUE_INTEGER && found->as.integer == number,
          "\"%s\"", path);
}

rule(a_slash_in_front_makes_a_json_pointer)
{
    static const struct {
        const char *path;
        int64_t number; /* -1: none */
    } rows[] = {
        {"/", 0},
        {"/a~1b", 1},
        {"/c%d", 2},
        {"/e^f", 3},
        {"/g|h", 4},
        {"/i\\j", 5},
        {"/k\"l", 6},
        {"/ ", 7},
        {"/m~0n", 8},
        {"/~01", 9},
        {"/~1", 10},
        {"/~1x", 11},
        {"/x", 12},
        {"/a.b/c.d", 13},
        {"/a.b/e", 14},
        {"/a/b/e", 15},
        {"/a/0", 16},
        {"/a//", 17},
        {"/list/0/n", 19},
        {"/list/1/0", 20},
        {"/a.b.e", -1},
        {"//", -1},
        {"/a/b/e/", -1},
        {"/a/c", -1},
        {"/https:~1~1n.s~1roles", 18},
        {"/https://n.s/roles", -1},
        {"/m~n", -1},
        {"/m~", -1},
        {"/~", -1},
        {"/~2", -1},
        {"/A", -1},
        {"/x ", -1},
        {"/nothing", -1},
        {"/deep/nothing", -1},
        {"/nothing/x", -1},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect(rows[i].path, rows[i].number);
}

rule(elements_are_counted_from_zero_in_plain_digits)
{
    static const char *const none[] = {"/foo/3",
                                       "/foo/00",
                                       "/foo/01",
                                       "/foo/-",
                                       "/foo/-1",
                                       "/foo/+1",
                                       "/foo/1 ",
                                       "/foo/",
                                       "/foo/2",
                                       "/foo/0/0",
                                       "/foo/1e0",
                                       "/foo/4294967296",
                                       "/foo/18446744073709551616",
                                       "/foo/0x0",
                                       "/list/0/0"};
    const okta_value *root = read_value(document), *found = okta_path_find(root, "/foo/1");

    check(found && okta_value_holds(found, "baz", 3), "the second");
    found = okta_path_find(root, "/foo");
    check(found && found->type == OKTA_VALUE_ARRAY && found->length == 3, "all of them");
    for (size_t i = 0; i < COUNT_OF(none); i++)
        expect(none[i], -1);
}

rule(without_one_it_is_a_name_or_names_with_dots)
{
    static const struct {
        const char *path;
        int64_t number;
    } rows[] = {
        {"x", 12},
        {"", 0},
        {"a.b.e", 15},
        {"a.0", 16},
        {"a..", 17},
        {"a~1b", -1},
        {"a/b", 1},
        {"m~n", 8},
        {"https://n.s/roles", 18},
        {"list.0.n", -1},
        {"nothing", -1},
        {"deep.nothing", -1},
        {"deep.nothing.x", -1},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect(rows[i].path, rows[i].number);
    check(okta_path_find(read_value(document), "a.b")->type == OKTA_VALUE_OBJECT &&
              okta_path_find(read_value(document), "a.b")->length == 2,
          "the exact name comes first");
}

rule(a_tilde_stands_before_0_or_1_in_a_pointer)
{
    static const struct {
        const char *path;
        bool good;
    } rows[] = {{"/", true},    {"/~0", true},   {"/~1~0/~01", true}, {"/~", false},
                {"/a~", false}, {"/~2", false},  {"/a~/b", false},    {"/~0~", false},
                {"~2", true},   {"a~b.c", true}, {"", true},          {"a/~2", true}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_error error = {""};

        check(okta_path_check(rows[i].path, &error) == rows[i].good, "%s", rows[i].path);
        check(rows[i].good == !strstr(error.text, "~0"), "%s: %s", rows[i].path, error.text);
    }
}
