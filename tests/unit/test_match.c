/* SPDX-License-Identifier: Apache-2.0 */
#include "core/match.h"
#include "world.h"

#include <string.h>

static okta_claims *claims_of(const char *json)
{
    okta_result result;
    okta_claims *claims = world_claims(json, OKTA_TYPE_ABSENT, &result);

    need(claims, "%s: %s", json, result.detail);
    return claims;
}

rule(a_path_is_a_name_or_names_with_dots)
{
    okta_claims *claims =
        claims_of("{\"a\":{\"b\":{\"c\":1},\"\":5},\"a.b\":2,\"x\":[{\"y\":3}],\"https://n.s/r\":4,"
                  "\"\":{\"z\":6}}");
    static const struct {
        const char *path;
        int64_t found; /* 0: none */
    } rows[] = {
        {"a.b", 2}, {"a.b.c", 1},   {"https://n.s/r", 4}, {"a.b.c.d", 0}, {"a.c", 0}, {"b", 0},
        {"x.y", 0}, {"x.0.y", 0},   {"A.b.c", 0},         {"a. b", 0},    {".z", 6},  {"a..b", 0},
        {"..", 0},  {"nowhere", 0},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const okta_value *found = okta_claims_find(claims, rows[i].path);

        check(rows[i].found
                  ? found && found->type == OKTA_VALUE_INTEGER && found->as.integer == rows[i].found
                  : !found,
              "\"%s\"", rows[i].path);
    }
    check(!okta_claims_find(claims, text("a.%s", repeat("b", 300))), "a long name");
    check(!okta_claims_find(claims, text("%s.b", repeat("a", 256))), "a long name before a dot");
    okta_claims_free(claims);
}

rule(a_dot_at_the_end_asks_for_an_empty_name)
{
    okta_claims *claims = claims_of("{\"a\":{\"b\":1,\"\":5}}");

    check(!okta_claims_find(claims, "a.b."), "a.b.");
    check(okta_claims_find(claims, "a.") && okta_claims_find(claims, "a.")->as.integer == 5, "a.");
    check(!okta_claims_find(claims, "."), "a dot alone");
    okta_claims_free(claims);
}

rule(an_empty_path_names_the_empty_claim)
{
    okta_claims *without = claims_of("{\"a\":1}"), *with = claims_of("{\"\":1}");

    check(!okta_claims_find(without, ""), "a claim where there is none");
    check(okta_claims_find(with, "") && okta_claims_find(with, "")->as.integer == 1, "the claim");
    okta_claims_free(without);
    okta_claims_free(with);
}

static const struct {
    const char *json, *text;
    bool equal;
} equals[] = {
    {"\"a\"", "a", true},
    {"\"a\"", "A", false},
    {"\"a\"", "aa", false},
    {"\"ab\"", "a", false},
    {"\"\"", "", true},
    {"\"5\"", "5", true},
    {"\"true\"", "true", true},
    {"5", "5", true},
    {"5", "-5", false},
    {"-5", "-5", true},
    {"5", "6", false},
    {"5", "5x", false},
    {"5", "", false},
    {"0", "", false},
    {"0", "false", false},
    {"9223372036854775807", "9223372036854775807", true},
    {"9223372036854775807", "9223372036854775808", false},
    {"9223372036854775807", "99999999999999999999", false},
    {"0.5", "0.5", true},
    {"0.5", "5e-1", true},
    {"0.5", "0.50", true},
    {"0.5", "0.51", false},
    {"0.5", "0.5x", false},
    {"0.5", "", false},
    {"5.0", "5", true},
    {"1e300", "inf", false},
    {"true", "true", true},
    {"false", "false", true},
    {"true", "false", false},
    {"true", "1", false},
    {"true", "TRUE", false},
    {"false", "", false},
    {"[null]", "", false},
    {"{}", "", false},
    {"{\"a\":\"a\"}", "a", false},
    {"[]", "", false},
    {"[\"a\",\"b\"]", "b", true},
    {"[\"a\",\"b\"]", "a,b", false},
    {"[1,2.5,true]", "2.5", true},
    {"[1,2.5,true]", "true", true},
    {"[[\"a\"]]", "a", false},
    {"[null]", "null", false},
};

rule(equal_are_whole_values)
{
    for (size_t i = 0; i < COUNT_OF(equals); i++) {
        okta_claims *claims = claims_of(text("{\"v\":%s}", equals[i].json));

        check(okta_value_equals(okta_claims_get(claims, "v"), equals[i].text) == equals[i].equal,
              "%s, \"%s\"", equals[i].json, equals[i].text);
        okta_claims_free(claims);
    }
}

rule(no_number_equals_what_is_none)
{
    static const char *const words[] = {"nan", "NAN", "-nan", "nan(1)", "inf", "infinity", "."};
    okta_claims *claims = claims_of("{\"v\":[0.5,1e300,-0.0]}");

    for (size_t i = 0; i < COUNT_OF(words); i++)
        check(!okta_value_equals(okta_claims_get(claims, "v"), words[i]), "%s", words[i]);
    okta_claims_free(claims);
}

rule(numbers_are_equal_by_value)
{
    okta_claims *claims = claims_of("{\"v\":5}");

    check(okta_value_equals(okta_claims_get(claims, "v"), "5.0"), "5 and 5.0");
    check(okta_value_equals(okta_claims_get(claims, "v"), "5e0"), "5 and 5e0");
    okta_claims_free(claims);
}

rule(words_are_elements_or_parts_between_spaces)
{
    static const struct {
        const char *json, *word;
        bool has;
    } rows[] = {
        {"[\"read\",\"write\"]", "write", true},
        {"[\"read write\"]", "write", false},
        {"[\"readwrite\"]", "write", false},
        {"[]", "a", false},
        {"[1]", "1", true},
        {"\"read write\"", "read", true},
        {"\"read write\"", "write", true},
        {"\"read write\"", "wri", false},
        {"\"read write\"", "rite", false},
        {"\"read write\"", "read write", false},
        {"\"read,write\"", "write", false},
        {"\"read\\twrite\"", "write", false},
        {"\" read  write \"", "write", true},
        {"\"Write\"", "write", false},
        {"\"\"", "", false},
        {"\" \"", "", false},
        {"\"a\"", "", false},
        {"1", "1", false},
        {"true", "true", false},
        {"[null]", "null", false},
        {"{\"read\":true}", "read", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_claims *claims = claims_of(text("{\"v\":%s}", rows[i].json));

        check(okta_value_has_word(okta_claims_get(claims, "v"), rows[i].word) == rows[i].has,
              "%s, \"%s\"", rows[i].json, rows[i].word);
        okta_claims_free(claims);
    }
}

rule(scopes_are_in_scp_or_else_in_scope)
{
    static const struct {
        const char *json;
        bool has;
    } rows[] = {
        {"{\"scp\":[\"openid\",\"read\"]}", true},
        {"{\"scp\":\"openid read\"}", true},
        {"{\"scope\":\"openid read\"}", true},
        {"{\"scope\":[\"read\"]}", true},
        {"{\"scp\":[],\"scope\":\"read\"}", true},
        {"{\"scp\":null,\"scope\":\"read\"}", true},
        {"{\"scp\":[null],\"scope\":\"read\"}", true},
        {"{\"scp\":\"\",\"scope\":\"read\"}", true},
        {"{\"scp\":\" \",\"scope\":\"read\"}", true},
        {"{\"scp\":[\"a\"],\"scope\":\"read\"}", false},
        {"{\"scp\":\"a\",\"scope\":\"read\"}", false},
        {"{\"scp\":[],\"scope\":null}", false},
        {"{\"scp\":null}", false},
        {"{\"scp\":{},\"scope\":\"read\"}", false},
        {"{\"scp\":{\"read\":1}}", false},
        {"{\"scp\":[\"reads\"]}", false},
        {"{\"scopes\":[\"read\"]}", false},
        {"{}", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_claims *claims = claims_of(rows[i].json);

        check(okta_claims_have_scope(claims, "read") == rows[i].has, "%s", rows[i].json);
        okta_claims_free(claims);
    }
}

rule(the_client_is_the_first_name_there_is)
{
    static const struct {
        const char *json, *client;
    } rows[] = {{"{\"cid\":\"a\",\"client_id\":\"b\",\"azp\":\"c\"}", "a"},
                {"{\"client_id\":\"b\",\"azp\":\"c\"}", "b"},
                {"{\"azp\":\"c\",\"sub\":\"d\"}", "c"},
                {"{\"cid\":null,\"client_id\":\"b\"}", "b"},
                {"{\"cid\":null,\"client_id\":null,\"azp\":\"c\"}", "c"},
                {"{\"azp\":null}", NULL},
                {"{\"sub\":\"d\"}", NULL}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_claims *claims = claims_of(rows[i].json);
        const okta_value *client = okta_claims_client(claims);

        check(rows[i].client ? client && strcmp(client->as.string, rows[i].client) == 0 : !client,
              "%s", rows[i].json);
        okta_claims_free(claims);
    }
}

rule(large_integers_are_told_apart)
{
    static const struct {
        const char *json, *text;
        bool equal;
    } rows[] = {
        {"9007199254740992", "9007199254740992.0", true},
        {"9007199254740993", "9007199254740992.0", false},
        {"9007199254740993", "9007199254740992", false},
        {"9007199254740993", "9007199254740993", true},
        {"9007199254740993", "9007199254740993.0", false},
        {"-9007199254740993", "-9007199254740992.0", false},
        {"9223372036854775807", "9223372036854775807.0", false},
        {"9223372036854775807", "9.3e18", false},
        {"5", "5.0000000000000000001", true},
        {"5", "5.1", false},
        {"5", "+5", true},
        {"5", " 5", false},
        {"5", "0x5", false},
        {"5", "5.", true},
        {"5", "--5", false},
        {"5", "e", false},
        {"-0.0", "0", true},
        {"0", "-0", true},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_claims *claims = claims_of(text("{\"v\":%s}", rows[i].json));

        check(okta_value_equals(okta_claims_get(claims, "v"), rows[i].text) == rows[i].equal,
              "%s, \"%s\"", rows[i].json, rows[i].text);
        okta_claims_free(claims);
    }
}
