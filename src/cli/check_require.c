/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_require.h"

#include "core/match.h"
#include "core/text.h"

#include <string.h>
#include <strings.h>

static bool is_word(const okta_value *line, uint32_t index, const char *word)
{
    return line->length > index && line->as.children[index].type == OKTA_VALUE_STRING &&
           strcasecmp(line->as.children[index].as.string, word) == 0;
}

static okta_enough of(bool holds)
{
    return holds ? OKTA_ENOUGH_YES : OKTA_ENOUGH_NO;
}

/* Any of the names behind the provider. */
static okta_enough judge_names(const okta_value *line, uint32_t first, const okta_claims *claims,
                               const char *groups_claim)
{
    const bool scope = is_word(line, first, "okta-scope"),
               group = is_word(line, first, "okta-group");

    for (uint32_t i = first + 1; i < line->length; i++) {
        const char *name = line->as.children[i].as.string;
        const okta_value *value =
            group ? okta_claims_find(claims, groups_claim) : okta_claims_client(claims);

        if (strstr(name, "%{"))
            return OKTA_ENOUGH_UNKNOWN;
        if (scope ? okta_claims_have_scope(claims, name) : value && okta_value_equals(value, name))
            return OKTA_ENOUGH_YES;
    }
    return OKTA_ENOUGH_NO;
}

static okta_enough judge_line(const okta_value *line, const okta_claims *claims,
                              const char *groups_claim)
{
    const uint32_t first = is_word(line, 0, "not") ? 1 : 0;
    okta_enough result = OKTA_ENOUGH_UNKNOWN;

    if (is_word(line, first, "valid-user"))
        result = OKTA_ENOUGH_YES;
    else if (is_word(line, first, "all"))
        result = of(is_word(line, first + 1, "granted"));
    else if (is_word(line, first, "okta-scope") || is_word(line, first, "okta-group") ||
             is_word(line, first, "okta-client"))
        result = judge_names(line, first, claims, groups_claim);
    if (first && result != OKTA_ENOUGH_UNKNOWN)
        return of(result == OKTA_ENOUGH_NO);
    return result;
}

static okta_enough judge_all(const okta_value *lines, bool all, const okta_claims *claims,
                             const char *groups_claim);

static okta_enough judge_one(const okta_value *one, const okta_claims *claims,
                             const char *groups_claim)
{
    okta_enough inner;

    if (one->type == OKTA_VALUE_ARRAY)
        return judge_line(one, claims, groups_claim);
    if (one->type != OKTA_VALUE_OBJECT || one->length != 1)
        return OKTA_ENOUGH_UNKNOWN;
    inner = judge_all(&one->as.children[0], strcmp(one->as.children[0].name, "all") == 0, claims,
                      groups_claim);
    if (strcmp(one->as.children[0].name, "none") == 0 && inner != OKTA_ENOUGH_UNKNOWN)
        return of(inner == OKTA_ENOUGH_NO);
    return inner;
}

static okta_enough judge_all(const okta_value *lines, bool all, const okta_claims *claims,
                             const char *groups_claim)
{
    okta_enough result = all ? OKTA_ENOUGH_YES : OKTA_ENOUGH_NO;

    for (uint32_t i = 0; i < lines->length; i++) {
        okta_enough one = judge_one(&lines->as.children[i], claims, groups_claim);

        if (all ? one < result : one > result)
            result = one;
    }
    return result;
}

okta_enough okta_require_judge(const okta_value *lines, const okta_claims *claims,
                               const char *groups_claim)
{
    return judge_all(lines, false, claims, groups_claim);
}

static void list_names(const okta_value *line, char *names, size_t size)
{
    names[0] = '\0';
    for (uint32_t i = 1; i < line->length; i++) {
        size_t used = strlen(names);

        okta_text_format(names + used, size - used, "%s\"%s\"", used ? " or " : "",
                         line->as.children[i].as.string);
    }
}

const char *okta_require_first_failed(const okta_value *lines, const okta_claims *claims,
                                      const char *groups_claim, char *names, size_t size)
{
    names[0] = '\0';
    for (uint32_t i = 0; i < lines->length; i++) {
        const okta_value *one = &lines->as.children[i];
        const char *inner;

        if (one->type == OKTA_VALUE_OBJECT && one->length == 1 &&
            strcmp(one->as.children[0].name, "none") != 0) {
            inner =
                okta_require_first_failed(&one->as.children[0], claims, groups_claim, names, size);
            if (inner)
                return inner;
        }
        if (one->type != OKTA_VALUE_ARRAY || is_word(one, 0, "not") ||
            judge_line(one, claims, groups_claim) != OKTA_ENOUGH_NO)
            continue;
        list_names(one, names, size);
        return one->as.children[0].as.string;
    }
    return NULL;
}
