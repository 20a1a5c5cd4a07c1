/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "core/reader.h"

#include <stdlib.h>
#include <string.h>

okta_result last;

static struct {
    const char *kid;
    const char *members;
    const char *vector; /* else generated */
    EVP_PKEY *key;
} keys[] = {
    {"rsa", "\"kid\":\"rsa\",\"use\":\"sig\",", "rfc7515-a2", NULL},
    {"rs256", "\"kid\":\"rs256\",\"alg\":\"RS256\",\"use\":\"sig\",", "rfc7520-4.1", NULL},
    {"p256", "\"kid\":\"p256\",", "rfc7515-a3", NULL},
    {"p384", "\"kid\":\"p384\",\"key_ops\":[\"verify\"],", NULL, NULL},
    {"p521", "\"kid\":\"p521\",\"alg\":\"ES512\",", "rfc7515-a4", NULL},
    {"ed", "\"kid\":\"ed\",\"alg\":\"EdDSA\",", "rfc8037-a", NULL},
};

static okta_keyset *set;

EVP_PKEY *world_key(const char *kid)
{
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        if (strcmp(keys[i].kid, kid) != 0)
            continue;
        if (!keys[i].key)
            keys[i].key =
                keys[i].vector ? mint_from_vector(keys[i].vector) : mint_generate("P-384");
        return keys[i].key;
    }
    abort();
}

char *world_jwks(void)
{
    char *list = text("{\"keys\":[");

    for (size_t i = 0; i < COUNT_OF(keys); i++)
        list =
            text("%s%s%s", list, i ? "," : "", mint_jwk(world_key(keys[i].kid), keys[i].members));
    return text("%s]}", list);
}

okta_keyset *world_keys(void)
{
    okta_error error = {""};

    if (!set) {
        char *jwks = world_jwks();
        set = okta_keyset_parse(jwks, strlen(jwks), NULL, NULL, NULL, &error);
        need(set, "%s", error.text);
    }
    return set;
}

__attribute__((destructor)) static void release_set(void)
{
    okta_keyset_unref(set);
}

okta_policy world_policy(void)
{
    static const char *const issuers[] = {ISSUER};
    static const char *const audiences[] = {"api://default"};

    return (okta_policy){.issuers = {1, issuers},
                         .audiences = {1, audiences},
                         .algorithms = OKTA_ALGORITHMS_ALL,
                         .skew = OKTA_SKEW_DEFAULT,
                         .max_token_bytes = OKTA_TOKEN_BYTES_DEFAULT};
}

char *payload(const char *members)
{
    json_t *claims = json_pack("{s:i, s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:[s, s]}", "ver", 1,
                               "jti", "AT.1", "iss", ISSUER, "aud", "api://default", "sub",
                               "user@example.com", "iat", (json_int_t)(NOW - 60), "exp",
                               (json_int_t)(NOW + 3600), "cid", "0oa1", "scp", "openid", "email");
    json_t *changes = json_loads(text("{%s}", members), 0, NULL);
    const char *name;
    json_t *value;
    void *unused;
    char *made;

    need(claims && changes, "no JSON members: %s", members);
    json_object_update(claims, changes);
    json_object_foreach_safe(claims, unused, name, value)
    {
        if (json_is_string(value) && strcmp(json_string_value(value), "(absent)") == 0)
            json_object_del(claims, name);
    }
    made = keep(json_dumps(claims, JSON_COMPACT));
    json_decref(claims);
    json_decref(changes);
    return made;
}

char *raw_payload(const char *members)
{
    return text("{\"iss\":\"" ISSUER "\",\"aud\":\"api://default\",\"sub\":\"u\",\"cid\":\"0oa1\","
                "\"jti\":\"AT.2\",%s}",
                members);
}

char *header(const char *alg, const char *kid, const char *members)
{
    return text("{\"alg\":\"%s\",\"kid\":\"%s\"%s%s}", alg, kid, *members ? "," : "", members);
}

char *token_of(const char *claims)
{
    return mint_token(world_key("rsa"), "RS256", header("RS256", "rsa", ""), claims);
}

char *token_with_header(const char *jose)
{
    return mint_token(world_key("rsa"), "RS256", jose, payload(""));
}

okta_key *load_key(const char *jwk, okta_error *error)
{
    char *member = text("{\"key\":%s}", jwk);
    okta_value *value = okta_read_object(member, strlen(member), error);
    okta_key *key;

    /* what jansson takes only where it may hold NULs is no JSON to us */
    need(value || strstr(jwk, "\\u0000"), "no JSON: %s", jwk);
    key = value ? okta_key_from_jwk(value->as.children, error) : NULL;
    free(value);
    return key;
}

okta_claims *world_claims(const char *json, okta_type type, okta_result *result)
{
    const okta_jws jws = {.algorithm = okta_algorithm_by_id(OKTA_RS256),
                          .type = type,
                          .kid = exact("rsa", 3),
                          .kid_length = 3};
    okta_value *value = okta_read_object(json, strlen(json), NULL);
    okta_claims *claims;

    need(value, "no JSON: %s", json);
    okta_result_init(result);
    claims = okta_claims_new(value, &jws, result);
    if (!claims)
        free(value);
    return claims;
}

okta_reason world_find(void *baton, const char *issuer, okta_keyset **found)
{
    (void)baton;
    check(strcmp(issuer, ISSUER) == 0, "keys were asked for of \"%s\"", issuer);
    *found = okta_keyset_ref(world_keys());
    return OKTA_OK;
}

static bool is_printable(const char *what)
{
    for (; *what; what++)
        if (*what < 0x20 || *what > 0x7e)
            return false;
    return true;
}

static void check_refusal(const char *token, const okta_result *result)
{
    const char *signature = strrchr(token, '.');

    check(result->reason > OKTA_OK && result->reason < OKTA_REASON_COUNT, "reason %d",
          (int)result->reason);
    check(result->detail[0], "%s without a detail", okta_reason_tag(result->reason));
    check(is_printable(result->detail) && is_printable(result->kid) &&
              is_printable(result->issuer) && is_printable(result->jti),
          "%s: bytes that no log should hold", okta_reason_tag(result->reason));
    if (signature && strlen(signature) > 16)
        check(!strstr(result->detail, signature + 1), "the token is in \"%s\"", result->detail);
}

okta_reason judge(const okta_policy *policy, const char *token)
{
    const okta_keyring keyring = {world_find, NULL};
    okta_claims *claims = NULL;
    okta_reason reason = okta_verify(policy, &keyring, exact(token, strlen(token)), strlen(token),
                                     NULL, &claims, &last);

    check(reason == last.reason, "returned %d, noted %d", (int)reason, (int)last.reason);
    check((reason == OKTA_OK) == (claims != NULL), "claims with reason %d", (int)reason);
    if (claims) {
        reason = okta_policy_check(policy, claims, NOW, NULL, &last);
        check(reason == last.reason, "returned %d, noted %d", (int)reason, (int)last.reason);
    }
    okta_claims_free(claims);
    if (reason != OKTA_OK)
        check_refusal(token, &last);
    return reason;
}

void expect_verdict(const char *token, const char *tag, const char *row)
{
    okta_policy policy = world_policy();
    const char *found = okta_reason_tag(judge(&policy, token));

    check(strcmp(found, tag) == 0, "%s: %s (%s), expected %s", row, found, last.detail, tag);
}

okta_verdicts *world_table(uint32_t entries)
{
    size_t size = okta_verdicts_size(entries);
    void *memory = keep(aligned_alloc(OKTA_VERDICTS_ALIGNMENT, size));

    return okta_verdicts_init(memset(memory, 0, size), entries);
}

static bool any_entry(const okta_verdict_head *head, void *baton)
{
    (void)head;
    (void)baton;
    return true;
}

static void *new_block(size_t size, void *block)
{
    free(*(void **)block);
    return *(void **)block = malloc(size);
}

okta_verdicts_caller world_caller(void **block)
{
    *block = NULL;
    return (okta_verdicts_caller){any_entry, new_block, block};
}
