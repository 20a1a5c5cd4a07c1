/* SPDX-License-Identifier: Apache-2.0 */
#include "core/claims.h"
#include "core/reader.h"
#include "world.h"

#include <string.h>

static okta_claims *make(const char *json, okta_result *result)
{
    return world_claims(json, OKTA_TYPE_JWT, result);
}

static bool sound(const char *json)
{
    okta_result result;
    okta_claims *claims = make(json, &result);

    check(claims || (result.reason == OKTA_CLAIMS_MALFORMED && result.detail[0]), "%s: %s", json,
          okta_reason_tag(result.reason));
    okta_claims_free(claims);
    return claims != NULL;
}

rule(registered_claims_have_their_types)
{
    static const char *const strings[] = {"iss", "sub", "jti", "cid", "client_id", "azp"};
    static const char *const values[] = {"1",  "1.5",     "true",      "[]",
                                         "{}", "[\"a\"]", "{\"a\":1}", "[null]"};

    for (size_t i = 0; i < COUNT_OF(strings); i++) {
        check(sound(text("{\"%s\":\"a\"}", strings[i])), "%s", strings[i]);
        check(sound(text("{\"%s\":\"\"}", strings[i])), "%s", strings[i]);
        check(sound(text("{\"%s\":null}", strings[i])), "%s", strings[i]);
        for (size_t j = 0; j < COUNT_OF(values); j++)
            check(!sound(text("{\"%s\":%s}", strings[i], values[j])), "%s: %s", strings[i],
                  values[j]);
    }
    check(sound("{}"), "none of them");
    check(sound("{\"other\":{\"iss\":1},\"ISS\":2}"), "names that only look alike");
}

rule(actors_say_who_they_are_and_are_not_nested_without_end)
{
    const char *acts = "{\"sub\":\"a\"}";

    for (int depth = 1; depth <= OKTA_ACTORS_MAX + 2; depth++) {
        check(sound(text("{\"act\":%s}", acts)) == (depth <= OKTA_ACTORS_MAX), "%d deep", depth);
        acts = text("{\"sub\":\"a\",\"act\":%s}", acts);
    }
    check(sound("{\"act\":null}"), "null");
    check(sound("{\"act\":{\"sub\":\"a\",\"act\":null,\"iss\":5}}"), "what is not looked at");
    check(!sound("{\"act\":\"a\"}"), "a text");
    check(!sound("{\"act\":[{\"sub\":\"a\"}]}"), "an array");
    check(!sound("{\"act\":{}}"), "without sub");
    check(!sound("{\"act\":{\"sub\":null}}"), "null for sub");
    check(!sound("{\"act\":{\"sub\":5}}"), "a number for sub");
    check(!sound("{\"act\":{\"sub\":\"a\",\"act\":{\"sub\":5}}}"), "a number for an inner one");
    check(!sound("{\"act\":{\"sub\":\"a\",\"act\":\"b\"}}"), "a text for an inner one");
}

rule(aud_is_a_string_or_an_array_of_strings)
{
    static const struct {
        const char *aud;
        bool sound;
    } rows[] = {{"\"a\"", true},
                {"\"\"", true},
                {"[]", true},
                {"[\"a\"]", true},
                {"[\"a\",\"b\"]", true},
                {"[\"a\",1]", false},
                {"[null]", false},
                {"[1,\"a\"]", false},
                {"[null,\"a\"]", false},
                {"[\"a\",1,\"b\"]", false},
                {"[[\"a\"]]", false},
                {"[{}]", false},
                {"1", false},
                {"null", true},
                {"true", false},
                {"{}", false},
                {"{\"0\":\"a\"}", false},
                {"1.5", false}};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(sound(text("{\"aud\":%s}", rows[i].aud)) == rows[i].sound, "%s", rows[i].aud);
}

static const struct {
    const char *number;
    bool sound;
    int64_t down;
    int64_t up;
} dates[] = {
    {"0", true, 0, 0},
    {"-0", true, 0, 0},
    {"-0.0", true, 0, 0},
    {"1700000000", true, 1700000000, 1700000000},
    {"1700000000.0", true, 1700000000, 1700000000},
    {"1700000000.001", true, 1700000000, 1700000001},
    {"1700000000.999", true, 1700000000, 1700000001},
    {"1.7e9", true, 1700000000, 1700000000},
    {"17E8", true, 1700000000, 1700000000},
    {"0.5", true, 0, 1},
    {"1e-400", true, 0, 0},
    {"9007199254740992", true, 9007199254740992, 9007199254740992},
    {"9007199254740992.0", true, 9007199254740992, 9007199254740992},
    {"9007199254740993", false, 0, 0},
    {"9007199254740994.0", false, 0, 0},
    {"9223372036854775807", false, 0, 0},
    {"1e16", false, 0, 0},
    {"1e300", false, 0, 0},
    {"1.7976931348623157e308", false, 0, 0},
    {"-1", false, 0, 0},
    {"-0.5", false, 0, 0},
    {"-1e-300", false, 0, 0},
    {"-1e300", false, 0, 0},
    {"-9223372036854775808", false, 0, 0},
    {"\"1700000000\"", false, 0, 0},
    {"\"\"", false, 0, 0},
    {"true", false, 0, 0},
    {"[]", false, 0, 0},
    {"[1700000000]", false, 0, 0},
    {"{}", false, 0, 0},
};

rule(dates_are_numbers_from_0_to_2_to_the_53)
{
    static const struct {
        const char *name;
        unsigned int bit;
    } claims_[] = {{"exp", OKTA_CLAIM_EXP}, {"nbf", OKTA_CLAIM_NBF}, {"iat", OKTA_CLAIM_IAT}};

    for (size_t c = 0; c < 3; c++) {
        for (size_t i = 0; i < COUNT_OF(dates); i++) {
            okta_result result;
            okta_claims *claims =
                make(text("{\"%s\":%s}", claims_[c].name, dates[i].number), &result);
            const okta_times *times = claims ? okta_claims_times(claims) : NULL;
            int64_t found = !times ? 0 : c == 0 ? times->exp : c == 1 ? times->nbf : times->iat;

            check((claims != NULL) == dates[i].sound, "%s: %s", claims_[c].name, dates[i].number);
            check(claims || result.reason == OKTA_CLAIMS_MALFORMED, "%s: %s", claims_[c].name,
                  dates[i].number);
            if (claims) {
                check(times->present == claims_[c].bit, "%s: %s", claims_[c].name, dates[i].number);
                check(found == (c == 1 ? dates[i].up : dates[i].down), "%s: %s became %lld",
                      claims_[c].name, dates[i].number, (long long)found);
            }
            okta_claims_free(claims);
        }
    }
}

rule(null_is_absent)
{
    static const char *const names[] = {"iss", "sub", "aud", "exp", "nbf",    "iat",
                                        "jti", "cid", "cnf", "scp", "groups", "anything"};
    okta_result result;

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        okta_claims *claims = make(text("{\"%s\":null,\"x\":1}", names[i]), &result);

        need(claims, "%s", names[i]);
        check(!okta_claims_get(claims, names[i]), "%s", names[i]);
        check(okta_claims_times(claims)->present == 0, "%s", names[i]);
        check(okta_claims_root(claims)->length == 2, "%s is gone from the token's own text",
              names[i]);
        okta_claims_free(claims);
    }
}

rule(absent_dates_are_told_from_zero)
{
    okta_result result;
    okta_claims *none = make("{}", &result),
                *zero = make("{\"exp\":0,\"nbf\":0,\"iat\":0}", &result);

    need(none && zero, "sound");
    check(okta_claims_times(none)->present == 0, "none");
    check(okta_claims_times(zero)->present == (OKTA_CLAIM_EXP | OKTA_CLAIM_NBF | OKTA_CLAIM_IAT),
          "zero");
    okta_claims_free(none);
    okta_claims_free(zero);
}

rule(claims_give_back_what_they_hold)
{
    okta_result result;
    okta_claims *claims =
        make("{\"sub\":\"u\",\"n\":[1,{\"x\":null}],\"groups\":[\"a\",\"b\"]}", &result);
    const okta_value *groups;

    need(claims, "sound");
    check(strcmp(okta_claims_get(claims, "sub")->as.string, "u") == 0, "sub");
    check(!okta_claims_get(claims, "su") && !okta_claims_get(claims, "x"), "strangers");
    groups = okta_claims_get(claims, "groups");
    check(groups->length == 2 && okta_value_holds(groups, "b", 1), "groups");
    check(okta_claims_root(claims)->length == 3, "root");
    check(okta_claims_algorithm(claims)->id == OKTA_RS256, "algorithm");
    check(okta_claims_type(claims) == OKTA_TYPE_JWT, "type");
    check(strcmp(okta_claims_kid(claims), "rsa") == 0, "kid");
    okta_claims_free(claims);
    okta_claims_free(NULL);
}

rule(many_claims_are_kept)
{
    char *json = text("{\"a\":[0");
    okta_result result;
    okta_claims *claims;

    json = text("%s%s]}", json, repeat(",{\"k\":[\"v\"]}", 2000));
    claims = make(json, &result);
    need(claims, "sound");
    check(okta_claims_get(claims, "a")->length == 2001, "%u", okta_claims_get(claims, "a")->length);
    okta_claims_free(claims);
}

rule(the_kid_is_that_of_the_header)
{
    static const struct {
        const char *kid;
        size_t length;
    } rows[] = {{NULL, 0}, {"", 0}, {"a", 1}, {"a\nb\xc3\xa9", 5}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_jws jws = {.algorithm = okta_algorithm_by_id(OKTA_EDDSA),
                        .kid = rows[i].kid ? exact(rows[i].kid, rows[i].length) : NULL,
                        .kid_length = rows[i].length};
        okta_result result;
        okta_value *none = okta_read_object("{}", 2, NULL);
        okta_claims *claims = okta_claims_new(none, &jws, &result);

        need(claims, "row %zu", i);
        check(strcmp(okta_claims_kid(claims), rows[i].kid ? rows[i].kid : "") == 0, "row %zu", i);
        okta_claims_free(claims);
    }
}

/* The block of what was packed is moved and its old place overwritten. */
static okta_claims *packed(const okta_claims *claims, const void *note, size_t note_size)
{
    size_t size;
    void *first = okta_claims_pack(claims, note, note_size, SIZE_MAX, &size),
         *second = malloc(size);

    need(first && second, "memory");
    memcpy(second, first, size);
    memset(first, 0xa5, size);
    free(first);
    return okta_claims_unpack(second);
}

rule(packed_claims_are_the_same_claims)
{
    static const char *const rows[] = {
        "{}",
        "{\"a\":1}",
        "{\"a\":null,\"\":\"\",\"b\":[],\"c\":{}}",
        "{\"o\":{\"p\":[[[\"deep\"]],{\"q\":-1.5e3}],\"r\":true},\"s\":\"\\u00e9\"}",
        "{\"exp\":1.5,\"nbf\":2.5,\"iat\":0,\"groups\":[\"a\",\"b\",\"\"]}",
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_result result;
        okta_claims *claims = make(rows[i], &result), *again, *twice;
        json_t *before, *after;

        need(claims, "row %zu: %s", i, result.detail);
        again = packed(claims, NULL, 0);
        check(!okta_claims_note(again), "row %zu: a note", i);
        twice = packed(again, "note", 5);
        before = okta_value_to_json(okta_claims_root(claims));
        after = okta_value_to_json(okta_claims_root(twice));
        check(json_equal(before, after), "row %zu: claims", i);
        check(memcmp(okta_claims_times(claims), okta_claims_times(twice), sizeof(okta_times)) == 0,
              "row %zu: times", i);
        check(strcmp(okta_claims_kid(twice), "rsa") == 0, "row %zu: kid", i);
        check(okta_claims_algorithm(twice)->id == OKTA_RS256, "row %zu: algorithm", i);
        check(okta_claims_type(twice) == okta_claims_type(claims), "row %zu: type", i);
        need(okta_claims_note(twice), "row %zu: no note", i);
        check(strcmp(okta_claims_note(twice), "note") == 0, "row %zu: note", i);
        json_decref(before);
        json_decref(after);
        okta_claims_free(claims);
        okta_claims_free(again);
        okta_claims_free(twice);
        free(again);
        free(twice);
    }
}

rule(claims_that_are_too_long_are_not_packed)
{
    okta_result result;
    okta_claims *claims = make("{\"sub\":\"u\",\"n\":1}", &result);
    size_t size, again;
    void *whole;

    need(claims, "sound");
    whole = okta_claims_pack(claims, "note", 5, SIZE_MAX, &size);
    need(whole, "memory");
    free(whole);
    check(!okta_claims_pack(claims, "note", 5, size - 1, &again), "a byte more than there may be");
    whole = okta_claims_pack(claims, "note", 5, size, &again);
    check(whole && again == size, "as many as there may be");
    free(whole);
    okta_claims_free(claims);
}
