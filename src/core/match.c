/* SPDX-License-Identifier: Apache-2.0 */
#include "core/match.h"

#include "core/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST 9.2e18 /* that int64_t surely holds */

const okta_value *okta_claims_find(const okta_claims *claims, const char *path)
{
    return okta_path_find(okta_claims_root(claims), path);
}

/* Any notation of the number: 5, 5.0, 5e0. */
static bool is_number(const okta_value *value, const char *text)
{
    char *end = NULL;
    long long whole;
    double other;

    if (strspn(text, "0123456789+-.eE") != strlen(text) || !*text)
        return false;
    errno = 0;
    whole = strtoll(text, &end, 10);
    if (*end == '\0' && errno == 0 && value->type == OKTA_VALUE_INTEGER)
        return whole == value->as.integer;
    other = strtod(text, &end);
    if (*end != '\0')
        return false;
    if (value->type == OKTA_VALUE_REAL)
        return !(other < value->as.real) && !(other > value->as.real);
    /* as integers, for beyond 2^53 a double stands for several of them */
    return other > -LARGEST && other < LARGEST && (int64_t)other == value->as.integer &&
           !((double)(int64_t)other < other) && !((double)(int64_t)other > other);
}

static bool scalar_equals(const okta_value *value, const char *text)
{
    switch ((okta_value_type)value->type) {
    case OKTA_VALUE_STRING:
        return okta_value_holds(value, text, strlen(text));
    case OKTA_VALUE_INTEGER:
    case OKTA_VALUE_REAL:
        return is_number(value, text);
    case OKTA_VALUE_BOOLEAN:
        return strcmp(text, value->as.integer ? "true" : "false") == 0;
    case OKTA_VALUE_NULL:
    case OKTA_VALUE_ARRAY:
    case OKTA_VALUE_OBJECT:
    default:
        return false;
    }
}

bool okta_value_equals(const okta_value *value, const char *text)
{
    if (value->type != OKTA_VALUE_ARRAY)
        return scalar_equals(value, text);
    for (uint32_t i = 0; i < value->length; i++)
        if (scalar_equals(&value->as.children[i], text))
            return true;
    return false;
}

bool okta_value_has_word(const okta_value *value, const char *word)
{
    size_t length = strlen(word);
    const char *at;

    if (value->type != OKTA_VALUE_STRING)
        return value->type == OKTA_VALUE_ARRAY && okta_value_equals(value, word);
    for (at = value->as.string; *at; at += strspn(at, " ")) {
        size_t here = strcspn(at, " ");

        if (here == length && memcmp(at, word, length) == 0)
            return length > 0;
        at += here;
    }
    return false;
}

/* Whether there is anything in it: [], [null] and "" name no scope, and hide no other claim. */
static bool names_any(const okta_value *scopes)
{
    if (scopes->type == OKTA_VALUE_STRING)
        return scopes->as.string[strspn(scopes->as.string, " ")] != '\0';
    if (scopes->type != OKTA_VALUE_ARRAY)
        return true;
    for (uint32_t i = 0; i < scopes->length; i++)
        if (scopes->as.children[i].type != OKTA_VALUE_NULL)
            return true;
    return false;
}

const okta_value *okta_claims_scopes(const okta_claims *claims)
{
    const okta_value *scp = okta_claims_get(claims, "scp"), *scope;

    if (scp && names_any(scp))
        return scp;
    scope = okta_claims_get(claims, "scope");
    return scope ? scope : scp;
}

bool okta_claims_have_scope(const okta_claims *claims, const char *scope)
{
    const okta_value *scopes = okta_claims_scopes(claims);

    return scopes && okta_value_has_word(scopes, scope);
}

const okta_value *okta_claims_client(const okta_claims *claims)
{
    static const char *const names[] = {"cid", "client_id", "azp"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const okta_value *client = okta_claims_get(claims, names[i]);
        if (client)
            return client;
    }
    return NULL;
}
