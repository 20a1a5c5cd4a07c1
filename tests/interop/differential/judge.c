/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts of src/core on many tokens, in the order in which the module asks for them.
 * Usage: judge SETUP. SETUP is JSON: { "at": seconds, "keysets": { issuer: JWKS }, "policies": {
 * name: { "issuers", "audiences", "clients", "algorithms": arrays of strings, "at_jwt": boolean,
 * "skew": seconds } } }. Reads lines "policy token", the token in hex; prints a JSON object for
 * each: "field" (what the Authorization field is worth), "token" (the verdict on the token itself),
 * "status" (httpd's) and "reason" (the module's), "detail". */
#include "core/bearer.h"
#include "core/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ISSUERS_MAX 64
#define LINE_MAX_BYTES ((size_t)1 << 20)

typedef struct court {
    json_t *setup;
    int64_t at;
    size_t issuers;
    const char *urls[ISSUERS_MAX];
    okta_keyset *sets[ISSUERS_MAX];
} court;

static void give_up(const char *what, const char *why)
{
    fprintf(stderr, "judge: %s: %s\n", what, why);
    exit(2);
}

static okta_reason find_keys(void *baton, const char *issuer, okta_keyset **keys)
{
    court *c = baton;

    for (size_t i = 0; i < c->issuers; i++) {
        if (strcmp(c->urls[i], issuer) == 0) {
            *keys = okta_keyset_ref(c->sets[i]);
            return OKTA_OK;
        }
    }
    return OKTA_KEYS_UNAVAILABLE;
}

static void tell_dropped(void *baton, const char *kid, const char *why)
{
    fprintf(stderr, "judge: %s: the key with kid \"%s\" is dropped: %s\n", (const char *)baton, kid,
            why);
}

static void open_court(court *c, const char *path)
{
    json_error_t cause;
    const char *url;
    json_t *jwks;

    memset(c, 0, sizeof(*c));
    c->setup = json_load_file(path, 0, &cause);
    if (!c->setup)
        give_up(path, cause.text);
    c->at = json_integer_value(json_object_get(c->setup, "at"));
    json_object_foreach(json_object_get(c->setup, "keysets"), url, jwks)
    {
        okta_error error = {""};
        char *text = json_dumps(jwks, JSON_COMPACT);

        if (!text || c->issuers == ISSUERS_MAX)
            give_up(url, "out of memory, or too many issuers");
        c->urls[c->issuers] = url;
        c->sets[c->issuers] =
            okta_keyset_parse(text, strlen(text), tell_dropped, (void *)url, NULL, &error);
        if (!c->sets[c->issuers++])
            give_up(url, error.text);
        free(text);
    }
}

static okta_strings strings_of(const json_t *list)
{
    size_t count = json_array_size(list);
    const char **items = calloc(count + 1, sizeof(*items));

    if (!items)
        give_up("strings", "out of memory");
    for (size_t i = 0; i < count; i++)
        items[i] = json_string_value(json_array_get(list, i));
    return (okta_strings){count, items};
}

static okta_policy policy_of(const json_t *said)
{
    const json_t *algorithms = json_object_get(said, "algorithms");
    okta_policy policy = {.issuers = strings_of(json_object_get(said, "issuers")),
                          .audiences = strings_of(json_object_get(said, "audiences")),
                          .clients = strings_of(json_object_get(said, "clients")),
                          .at_jwt_only = json_is_true(json_object_get(said, "at_jwt")),
                          .skew = json_integer_value(json_object_get(said, "skew")),
                          .max_token_bytes = OKTA_TOKEN_BYTES_DEFAULT};

    for (size_t i = 0; i < json_array_size(algorithms); i++) {
        const char *name = json_string_value(json_array_get(algorithms, i));
        const okta_algorithm *algorithm = okta_algorithm_by_name(name, strlen(name));

        if (!algorithm)
            give_up(name, "no such algorithm");
        policy.algorithms |= OKTA_ALGORITHM_BIT(algorithm->id);
    }
    return policy;
}

static void free_policy(okta_policy *policy)
{
    free((void *)policy->issuers.items);
    free((void *)policy->audiences.items);
    free((void *)policy->clients.items);
}

/* The module's default OktaRemoteUser: the first of these claims names the user, or nobody does. */
static bool names_a_user(const okta_claims *claims)
{
    static const char *const names[] = {"sub", "cid", "client_id"};
    const okta_value *user = NULL;

    for (size_t i = 0; !user && i < sizeof(names) / sizeof(names[0]); i++)
        user = okta_claims_get(claims, names[i]);
    if (!user || user->type != OKTA_VALUE_STRING || user->length == 0)
        return false;
    for (uint32_t i = 0; i < user->length; i++)
        if ((unsigned char)user->as.string[i] < 0x20 || user->as.string[i] == 0x7f)
            return false;
    return true;
}

static okta_reason judge_token(court *c, const okta_policy *policy, const char *token,
                               size_t length, okta_reason *module, okta_result *result)
{
    const okta_keyring keyring = {find_keys, c};
    okta_claims *claims = NULL;
    okta_reason reason = okta_verify(policy, &keyring, token, length, NULL, &claims, result);

    if (reason == OKTA_OK)
        reason = okta_policy_check(policy, claims, c->at, NULL, result);
    *module = reason == OKTA_OK && !names_a_user(claims) ? OKTA_USER_MISSING : reason;
    okta_claims_free(claims);
    return reason;
}

static void judge_line(court *c, char *line)
{
    char *hex = strchr(line, ' ');
    const char *token = NULL;
    char *field, detail[512];
    okta_reason field_reason, token_reason, module_reason;
    okta_policy policy;
    okta_result result;
    size_t length = 0;

    if (!hex)
        give_up("line", "no token");
    *hex++ = '\0';
    hex[strcspn(hex, "\r\n")] = '\0';
    if (!json_object_get(json_object_get(c->setup, "policies"), line))
        give_up(line, "no such policy");
    policy = policy_of(json_object_get(json_object_get(c->setup, "policies"), line));
    field = calloc(1, sizeof("Bearer ") + strlen(hex) / 2);
    if (!field)
        give_up("token", "out of memory");
    memcpy(field, "Bearer ", 7);
    for (size_t i = 0; hex[2 * i] && hex[2 * i + 1]; i++) {
        const char pair[] = {hex[2 * i], hex[2 * i + 1], '\0'};
        field[7 + i] = (char)strtoul(pair, NULL, 16);
    }
    token_reason = judge_token(c, &policy, field + 7, strlen(field + 7), &module_reason, &result);
    okta_text_copy(detail, sizeof(detail), result.detail, strlen(result.detail));
    field_reason = okta_bearer_find(field, false, NULL, &token, &length);
    if (field_reason == OKTA_OK && !okta_bearer_is_token68(token))
        field_reason = OKTA_REQUEST_MALFORMED;
    if (field_reason != OKTA_OK)
        module_reason = field_reason;
    else if (token != field + 7 || length != strlen(field + 7))
        give_up("field", "the token in it is another one");
    printf(
        "{\"field\":\"%s\",\"token\":\"%s\",\"reason\":\"%s\",\"status\":%d,\"detail\":\"%s\"}\n",
        okta_reason_tag(field_reason), okta_reason_tag(token_reason),
        okta_reason_tag(module_reason), okta_reason_status(module_reason), detail);
    free(field);
    free_policy(&policy);
}

int main(int argc, char **argv)
{
    char *line = malloc(LINE_MAX_BYTES);
    court c;

    if (argc != 2 || !line)
        give_up("usage", "judge SETUP < lines");
    open_court(&c, argv[1]);
    while (fgets(line, (int)LINE_MAX_BYTES, stdin))
        judge_line(&c, line);
    for (size_t i = 0; i < c.issuers; i++)
        okta_keyset_unref(c.sets[i]);
    json_decref(c.setup);
    free(line);
    return 0;
}
