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
    return okta_keyset_parse(exact(jwks, strlen(jwks)), strlen(jwks), note, seen, error);
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

rule(keys_that_share_a_kid_are_all_dropped)
{
    drops seen;
    okta_keyset *set;
    char *rsa = mint_jwk(world_key("rsa"), "\"kid\":\"a\",");

    check(usable(text("{\"keys\":[%s,%s]}", jwk("a", ""), jwk("a", ""))) == 0, "the same twice");
    check(usable(text("{\"keys\":[%s,%s]}", jwk("a", ""), rsa)) == 0, "of two types");
    check(usable(text("{\"keys\":[%s,%s]}", jwk("a", ""), jwk("a", "\"use\":\"enc\","))) == 0,
          "one of which is no use");
    check(usable(text("{\"keys\":[%s,{\"kid\":\"a\"}]}", jwk("a", ""))) == 0, "with a bare kid");
    check(usable(text("{\"keys\":[%s,%s]}", jwk("a", ""), jwk("\\u0061", ""))) == 0, "escaped");
    check(usable(text("{\"keys\":[%s,%s,%s]}", jwk("a", ""), jwk("b", ""), rsa)) == 1,
          "not neighbours");
    check(usable(text("{\"keys\":[%s,%s,%s]}", jwk("a", ""), jwk("A", ""), jwk("aa", ""))) == 3,
          "kids that only look alike");
    set =
        parse(text("{\"keys\":[%s,%s,%s]}", jwk("a", ""), jwk("a", ""), jwk("b", "")), &seen, NULL);
    need(set, "b is left");
    check(seen.count == 2 && strstr(seen.last_why, "share"), "%zu: %s", seen.count, seen.last_why);
    okta_keyset_unref(set);
}

rule(nameless_keys_may_be_several)
{
    char *nameless = mint_jwk(world_key("p256"), "");
    drops seen;
    okta_keyset *set =
        parse(text("{\"keys\":[%s,%s,%s]}", nameless, nameless, jwk("a", "")), &seen, NULL);
    const okta_key *key;

    need(set, "sound");
    check(okta_keyset_count(set) == 3, "%zu", okta_keyset_count(set));
    check(okta_keyset_find(set, "", 0, alg("ES256"), &key) == OKTA_KID_UNKNOWN, "the empty kid");
    check(okta_keyset_find(set, "a", 1, alg("ES256"), &key) == OKTA_OK, "a");
    check(okta_keyset_find(set, NULL, 0, alg("ES256"), &key) == OKTA_KEY_AMBIGUOUS, "no kid");
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
    char *list = keep(malloc(count * (strlen(one) + 1) + 32)), *to = list;

    to += sprintf(to, "{\"keys\":[");
    for (size_t i = 0; i < count; i++)
        to += sprintf(to, "%s%s", i ? "," : "", one);
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
    okta_keyset *set = okta_keyset_parse(jwks, strlen(jwks), NULL, NULL, NULL);
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
    okta_keyset *set = okta_keyset_parse(jwks, strlen(jwks), NULL, NULL, NULL);

    check(set && okta_keyset_count(set) == 1, "one left");
    okta_keyset_unref(set);
}
