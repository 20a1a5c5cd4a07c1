/* SPDX-License-Identifier: Apache-2.0 */
#include "core/keyset.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct drops {
    size_t count;
    char last_kid[128];
    char last_why[512];
} drops;

static void note(void *baton, const char *kid, const char *why)
{
    drops *seen = baton;

    seen->count++;
    snprintf(seen->last_kid, sizeof(seen->last_kid), "%s", kid);
    snprintf(seen->last_why, sizeof(seen->last_why), "%s", why);
}

static okta_keyset *parse(const char *jwks, drops *seen, okta_error *error)
{
    memset(seen, 0, sizeof(*seen));
    return okta_keyset_parse(exact(jwks, strlen(jwks)), strlen(jwks), note, seen, NULL, error);
}

static size_t usable(const char *jwks)
{
    drops seen;
    okta_error error = {""};
    okta_keyset *set = parse(jwks, &seen, &error);
    size_t count = set ? okta_keyset_count(set) : 0;

    check(set ? count > 0 : error.text[0] != '\0', "%.80s", jwks);
    okta_keyset_unref(set);
    return count;
}

static char *jwk(const char *kid, const char *members)
{
    return mint_jwk(world_key("p256"), text("\"kid\":\"%s\",%s", kid, members));
}

static const okta_algorithm *alg(const char *name)
{
    return okta_algorithm_by_name(name, 5);
}

rule(a_jwks_is_an_object_with_an_array_of_keys)
{
    static const char *const rows[] = {
        "",
        "{}",
        "[]",
        "null",
        "{\"keys\":{}}",
        "{\"keys\":null}",
        "{\"keys\":\"\"}",
        "{\"keys\":[]}",
        "{\"keys\":[1,null,\"a\",[],{}]}",
        "{\"Keys\":[]}",
        "{\"keys\":[],\"keys\":[]}",
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(usable(rows[i]) == 0, "%s", rows[i]);
    check(usable(text("[%s]", jwk("a", ""))) == 0, "a bare array");
    check(usable(jwk("a", "")) == 0, "a bare key");
    check(usable(text("{\"keys\":[%s]} x", jwk("a", ""))) == 0, "more behind it");
    check(usable(text("{\"keys\":[%s],\"other\":[1]}", jwk("a", ""))) == 1, "members beside it");
}

rule(an_empty_set_is_told_from_one_of_no_use)
{
    drops seen;
    okta_error error = {""};

    check(!parse("{\"keys\":[]}", &seen, &error) && strstr(error.text, "empty"), "%s", error.text);
    check(!parse("{\"keys\":[{},{}]}", &seen, &error) && strstr(error.text, "2"), "%s", error.text);
    check(seen.count == 2, "%zu dropped", seen.count);
}

rule(one_bad_key_spoils_no_other_and_is_named)
{
    drops seen;
    okta_keyset *set =
        parse(text("{\"keys\":[%s,%s,{\"kty\":\"oct\",\"kid\":\"c\\\"\\n\",\"k\":\"AA\"}]}",
                   jwk("a", ""), jwk("b", "\"use\":\"enc\",")),
              &seen, NULL);
    const okta_key *key;

    need(set, "one key is sound");
    check(okta_keyset_count(set) == 1, "%zu", okta_keyset_count(set));
    check(seen.count == 2, "%zu dropped", seen.count);
    check(strcmp(seen.last_kid, "c??") == 0, "%s", seen.last_kid);
    check(strstr(seen.last_why, "symmetric"), "%s", seen.last_why);
    check(okta_keyset_find(set, "a", 1, alg("ES256"), &key) == OKTA_OK, "the sound one");
    check(okta_keyset_find(set, "b", 1, alg("ES256"), &key) == OKTA_KID_UNKNOWN, "the dropped one");
    okta_keyset_unref(set);
}

static char *of(const char *kid, const char *members)
{
    return mint_jwk(world_key(kid), text("\"kid\":\"a\",%s", members));
}

/* All have the kid "a", but for what stands in front of them. */
rule(of_keys_that_share_a_kid_those_go_that_cannot_be_told_apart)
{
    char *rsa = of("rsa", ""), *other = of("rs256", ""), *ec = of("p256", ""), *b = jwk("b", "");
    const struct {
        const char *name, *keys;
        size_t usable, dropped;
    } rows[] = {
        {"the same twice", text("%s,%s", rsa, rsa), 1, 0},
        {"the same thrice, not neighbors", text("%s,%s,%s,%s", rsa, b, rsa, rsa), 2, 0},
        {"the same, told differently", text("%s,%s", rsa, of("rsa", "\"x5t\":\"x\",\"ext\":true,")),
         1, 0},
        {"the same, its kid escaped", text("%s,%s", ec, jwk("\\u0061", "")), 1, 0},
        {"the same with and without an alg", text("%s,%s", rsa, of("rsa", "\"alg\":\"RS256\",")), 2,
         0},
        {"of two types", text("%s,%s", rsa, ec), 2, 0},
        {"of two curves", text("%s,%s", ec, of("p384", "")), 2, 0},
        {"of all kinds",
         text("%s,%s,%s,%s,%s", rsa, ec, of("p384", ""), of("p521", ""), of("ed", "")), 5, 0},
        {"RSA of two algs",
         text("%s,%s", of("rsa", "\"alg\":\"RS256\","), of("rs256", "\"alg\":\"PS256\",")), 2, 0},
        {"one for encryption", text("%s,%s", of("rs256", "\"use\":\"enc\","), rsa), 1, 1},
        {"one for encryption by its alg", text("%s,%s", of("rs256", "\"alg\":\"RSA-OAEP\","), rsa),
         1, 1},
        {"one for signing by its key_ops",
         text("%s,%s", rsa, of("rs256", "\"key_ops\":[\"sign\"],")), 1, 1},
        {"a bare kid", text("%s,{\"kid\":\"a\"}", rsa), 1, 1},
        {"a symmetric one", text("{\"kid\":\"a\",\"kty\":\"oct\",\"k\":\"AA\"},%s", rsa), 1, 1},
        {"two different RSA keys", text("%s,%s,%s", rsa, other, b), 1, 2},
        {"the same but for the order", text("%s,%s,%s", b, other, rsa), 1, 2},
        {"one of them twice", text("%s,%s,%s,%s", rsa, other, rsa, b), 1, 3},
        {"one serves what the other does",
         text("%s,%s,%s", rsa, of("rs256", "\"alg\":\"PS512\","), b), 1, 2},
        {"a third beside them", text("%s,%s,%s,%s", rsa, other, ec, b), 2, 2},
        {"one that competes with two that do not",
         text("%s,%s,%s,%s", of("rsa", "\"alg\":\"RS256\","), other,
              of("rsa", "\"alg\":\"PS256\","), b),
         1, 3},
        {"kids that only look alike", text("%s,%s,%s", ec, jwk("A", ""), jwk("aa", "")), 3, 0},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        drops seen;
        okta_keyset *set = parse(text("{\"keys\":[%s]}", rows[i].keys), &seen, NULL);

        need(set, "%s", rows[i].name);
        check(okta_keyset_count(set) == rows[i].usable, "%s: %zu", rows[i].name,
              okta_keyset_count(set));
        check(seen.count == rows[i].dropped, "%s: %zu dropped", rows[i].name, seen.count);
        okta_keyset_unref(set);
    }
}

rule(keys_that_compete_are_named_with_the_cause)
{
    drops seen;
    okta_error error = {""};
    okta_keyset *set =
        parse(text("{\"keys\":[%s,%s]}", of("rsa", ""), of("rs256", "")), &seen, &error);

    check(!set && strstr(error.text, "no usable key among its 2"), "%s", error.text);
    check(seen.count == 2 && strcmp(seen.last_kid, "a") == 0 &&
              strstr(seen.last_why, "share this kid"),
          "%zu: \"%s\": %s", seen.count, seen.last_kid, seen.last_why);
}

static void expect_numbers(const okta_keyset *set, const char *name, const char *of_kid)
{
    okta_key *expected = load_key(mint_jwk(world_key(of_kid), ""), NULL);
    const okta_key *key = NULL;

    check(okta_keyset_find(set, "a", 1, alg(name), &key) == OKTA_OK &&
              okta_key_is_same(key, expected),
          "%s is not served by %s", name, of_kid);
    okta_key_free(expected);
}

rule(a_shared_kid_and_the_algorithm_name_one_key)
{
    drops seen;
    okta_keyset *set =
        parse(text("{\"keys\":[%s,%s,%s,%s,%s]}", of("rsa", "\"alg\":\"RS256\","),
                   of("rs256", "\"alg\":\"PS256\","), of("p256", ""), of("ed", ""), of("p256", "")),
              &seen, NULL);
    const okta_key *key;

    need(set, "four keys");
    expect_numbers(set, "RS256", "rsa");
    expect_numbers(set, "PS256", "rs256");
    expect_numbers(set, "ES256", "p256");
    expect_numbers(set, "EdDSA", "ed");
    check(okta_keyset_find(set, "a", 1, alg("RS512"), &key) == OKTA_KEY_MISMATCH, "RS512");
    check(okta_keyset_find(set, "a", 1, alg("ES384"), &key) == OKTA_KEY_MISMATCH, "ES384");
    okta_keyset_unref(set);
}

rule(one_key_with_and_without_an_alg_serves_what_either_does)
{
    drops seen;
    okta_keyset *set = parse(
        text("{\"keys\":[%s,%s]}", of("rsa", "\"alg\":\"RS256\","), of("rsa", "")), &seen, NULL);

    need(set, "sound");
    expect_numbers(set, "RS256", "rsa");
    expect_numbers(set, "PS256", "rsa");
    okta_keyset_unref(set);
}

rule(a_byte_order_mark_in_front_is_skipped)
{
    char *set = text("{\"keys\":[%s]}", jwk("a", ""));

    check(usable(text("\xef\xbb\xbf%s", set)) == 1, "one");
    check(usable(text("\xef\xbb\xbf\n %s", set)) == 1, "one and blanks");
    check(usable(text("\xef\xbb\xbf\xef\xbb\xbf%s", set)) == 0, "two");
    check(usable(text(" \xef\xbb\xbf%s", set)) == 0, "behind a blank");
    check(usable(text("%s\xef\xbb\xbf", set)) == 0, "at the end");
    check(usable(text("\xef\xbb%s", set)) == 0, "half of one");
    check(usable("\xef\xbb\xbf") == 0, "nothing else");
    check(usable(text("\xff\xfe%s", set)) == 0, "UTF-16's");
}

rule(nameless_keys_may_be_several)
{
    char *one = mint_jwk(world_key("rsa"), ""), *other = mint_jwk(world_key("rs256"), "");
    drops seen;
    okta_keyset *set =
        parse(text("{\"keys\":[%s,%s,%s,%s]}", one, other, one, jwk("a", "")), &seen, NULL);
    const okta_key *key;

    need(set, "sound");
    check(okta_keyset_count(set) == 3 && seen.count == 0, "%zu", okta_keyset_count(set));
    check(okta_keyset_find(set, "", 0, alg("RS256"), &key) == OKTA_KID_UNKNOWN, "the empty kid");
    check(okta_keyset_find(set, "a", 1, alg("ES256"), &key) == OKTA_OK, "a");
    check(okta_keyset_find(set, NULL, 0, alg("RS256"), &key) == OKTA_KEY_AMBIGUOUS, "no kid");
    check(okta_keyset_find(set, NULL, 0, alg("ES256"), &key) == OKTA_OK, "no kid, one of its kind");
    okta_keyset_unref(set);
}

rule(one_key_under_two_kids_is_one)
{
    drops seen;
    okta_keyset *set = parse(
        text("{\"keys\":[%s,%s,%s]}", jwk("a", ""), jwk("b", ""), mint_jwk(world_key("p256"), "")),
        &seen, NULL);
    const okta_key *key;

    need(set, "sound");
    check(okta_keyset_count(set) == 3, "%zu", okta_keyset_count(set));
    check(okta_keyset_find(set, NULL, 0, alg("ES256"), &key) == OKTA_OK, "no kid");
    okta_keyset_unref(set);
}

rule(finds_by_exact_kid_among_many)
{
    static const char *const kids[] = {
        "a",   "b",       "aa",       "ab", "B",  "longer-than-the-others",
        "a b", "\\u0001", "\xc3\xa9", "-",  "z9", "0"};
    char *list = text("{\"keys\":[");
    drops seen;
    okta_keyset *set;
    const okta_key *key;
    const char *found;
    size_t length;

    for (size_t i = 0; i < COUNT_OF(kids); i++)
        list = text("%s%s%s", list, i ? "," : "", jwk(kids[i], ""));
    set = parse(text("%s]}", list), &seen, NULL);
    need(set, "sound");
    check(okta_keyset_count(set) == COUNT_OF(kids), "%zu", okta_keyset_count(set));
    for (size_t i = 0; i < COUNT_OF(kids); i++) {
        const char *kid = strcmp(kids[i], "\\u0001") == 0 ? "\x01" : kids[i];

        check(okta_keyset_find(set, exact(kid, strlen(kid)), strlen(kid), alg("ES256"), &key) ==
                  OKTA_OK,
              "%s", kids[i]);
        check(okta_key_kid(key, &found, &length) && length == strlen(kid) &&
                  memcmp(found, kid, length) == 0,
              "%s found another", kids[i]);
    }
    check(okta_keyset_find(set, "c", 1, alg("ES256"), &key) == OKTA_KID_UNKNOWN, "unknown");
    check(okta_keyset_find(set, "a\0", 2, alg("ES256"), &key) == OKTA_KID_UNKNOWN, "a, NUL");
    check(okta_keyset_find(set, "", 0, alg("ES256"), &key) == OKTA_KID_UNKNOWN, "empty");
    check(okta_keyset_find(set, "a ", 2, alg("ES256"), &key) == OKTA_KID_UNKNOWN, "a and a blank");
    check(okta_keyset_find(set, "longer-than-the-other", 21, alg("ES256"), &key) ==
              OKTA_KID_UNKNOWN,
          "a prefix");
    okta_keyset_unref(set);
}

rule(a_known_kid_serves_its_algorithm_only)
{
    const okta_key *key;

    check(okta_keyset_find(world_keys(), "rs256", 5, alg("RS256"), &key) == OKTA_OK, "RS256");
    check(okta_keyset_find(world_keys(), "rs256", 5, alg("PS256"), &key) == OKTA_KEY_MISMATCH,
          "PS");
    check(okta_keyset_find(world_keys(), "rs256", 5, alg("ES256"), &key) == OKTA_KEY_MISMATCH,
          "ES");
    check(okta_keyset_find(world_keys(), "rsa", 3, alg("PS512"), &key) == OKTA_OK, "any RSA");
    check(okta_keyset_find(world_keys(), "p256", 4, alg("ES384"), &key) == OKTA_KEY_MISMATCH,
          "another curve");
    check(okta_keyset_find(world_keys(), "ed", 2, alg("EdDSA"), &key) == OKTA_OK, "EdDSA");
}

rule(without_a_kid_exactly_one_key_must_serve)
{
    const okta_key *key = NULL;

    check(okta_keyset_find(world_keys(), NULL, 0, alg("RS256"), &key) == OKTA_KEY_AMBIGUOUS,
          "two serve RS256");
    check(okta_keyset_find(world_keys(), NULL, 0, alg("PS256"), &key) == OKTA_OK && key,
          "one serves PS256");
    check(okta_keyset_find(world_keys(), NULL, 0, alg("ES512"), &key) == OKTA_OK && key, "ES512");
    check(okta_keyset_find(world_keys(), NULL, 0, alg("EdDSA"), &key) == OKTA_OK && key, "EdDSA");
    drops seen;
    okta_keyset *set = parse(text("{\"keys\":[%s]}", jwk("a", "")), &seen, NULL);

    need(set, "sound");
    check(okta_keyset_find(set, NULL, 0, alg("ES256"), &key) == OKTA_OK && key, "the only key");
    check(okta_keyset_find(set, NULL, 0, alg("RS256"), &key) == OKTA_KEY_MISMATCH, "serves not");
    okta_keyset_unref(set);
}

static char *many(size_t count)
{
    char *one = mint_jwk(world_key("ed"), "");
    char *list = keep(malloc(count * (strlen(one) + 32) + 32)), *to = list;

    to += sprintf(to, "{\"keys\":[");
    for (size_t i = 0; i < count; i++)
        to += sprintf(to, "%s{\"kid\":\"%zu\",%s", i ? "," : "", i, one + 1);
    sprintf(to, "]}");
    return list;
}

rule(caps_the_number_of_keys)
{
    check(usable(many(OKTA_KEYSET_MAX_KEYS)) == OKTA_KEYSET_MAX_KEYS, "at the cap");
    check(usable(many(OKTA_KEYSET_MAX_KEYS + 1)) == 0, "beyond it");
    check(usable(many(10000)) == 0, "ten thousand");
}

rule(lives_as_long_as_a_reference)
{
    char *jwks = text("{\"keys\":[%s]}", jwk("a", ""));
    okta_keyset *set = okta_keyset_parse(jwks, strlen(jwks), NULL, NULL, NULL, NULL);
    const okta_key *key;

    need(set, "sound");
    check(okta_keyset_ref(set) == set, "ref");
    okta_keyset_unref(set);
    check(okta_keyset_find(set, "a", 1, alg("ES256"), &key) == OKTA_OK, "still there");
    okta_keyset_unref(set);
    okta_keyset_unref(NULL);
}

rule(nobody_needs_to_hear_of_drops)
{
    char *jwks = text("{\"keys\":[%s,{}]}", jwk("a", ""));
    okta_keyset *set = okta_keyset_parse(jwks, strlen(jwks), NULL, NULL, NULL, NULL);

    check(set && okta_keyset_count(set) == 1, "one left");
    okta_keyset_unref(set);
}
