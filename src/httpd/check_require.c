/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/check_require.h"

#include "httpd/negation.h"
#include "httpd/places.h"
#include "httpd/registry.h"
#include "httpd/requirements.h"

#include <apr_strings.h>

typedef struct walk {
    okta_judge *judge;
    apr_pool_t *pool;    /* temporary */
    apr_hash_t *aliases; /* those of ours: const char * to itself */
} walk;

/* Calls of okta_claim, not names that begin like it: of a path, or of a variable OKTA_CLAIM_sub. */
static bool calls_claims(const char *text)
{
    static const char name[] = "okta_claim";

    while ((text = ap_strcasestr(text, name))) {
        text += sizeof(name) - 1;
        if (text[strspn(text, " \t")] == '(')
            return true;
    }
    return false;
}

static bool mentions_claims(const char *text)
{
    return calls_claims(text) || ap_strcasestr(text, "%{OKTA:");
}

/* Whether the provider decides by claims. */
static bool is_ours(const walk *j, const char *provider, const char *arguments)
{
    return okta_is_requirement(provider) || mentions_claims(arguments) ||
           apr_hash_get(j->aliases, provider, APR_HASH_KEY_STRING);
}

/* Claims in a provider of others, which says no where it should ask who it is. */
static void note_foreign(const char *provider, const char *arguments)
{
    if (strcmp(provider, "expr") != 0 && mentions_claims(arguments))
        okta_registry_get()->weighs_first = true;
}

static void collect_aliases(walk *j, const ap_directive_t *node)
{
    for (; node; node = node->next) {
        collect_aliases(j, node->first_child);
        if (okta_is_named(node, "<AuthzProviderAlias")) {
            const char *rest = node->args;
            const char *provider = ap_getword_conf(j->pool, &rest);
            const char *alias = ap_getword_conf(j->pool, &rest);

            if (is_ours(j, provider, rest))
                apr_hash_set(j->aliases, alias, APR_HASH_KEY_STRING, alias);
            note_foreign(provider, rest);
        }
    }
}

typedef enum answer { NO, MAYBE, YES } answer;

/* What the section itself says of AuthType; MAYBE: nothing. */
static answer says(walk *j, const ap_directive_t *section)
{
    answer said = MAYBE;

    for (const ap_directive_t *node = section->first_child; node; node = node->next)
        if (okta_is_named(node, "AuthType")) {
            const char *arguments = node->args;
            const char *type = ap_getword_conf(j->pool, &arguments);

            said = strcasecmp(type, OKTA_AUTH_TYPE) == 0 || strchr(type, '%') ? YES : NO;
        }
    return said;
}

static answer covers_by(walk *j, const ap_directive_t *outer, const ap_directive_t *inner,
                        const char *kind)
{
    const char *above = okta_is_named(outer, kind) ? okta_plain_path(j->pool, outer) : NULL;
    const char *below = okta_is_named(inner, kind) ? okta_plain_path(j->pool, inner) : NULL;

    if (!above || !below)
        return MAYBE;
    return okta_directory_is_within(below, above) ? YES : NO;
}

static const ap_directive_t *host_of(const ap_directive_t *node)
{
    while (node && !okta_is_named(node, "<VirtualHost"))
        node = node->parent;
    return node;
}

/* Whether what a section says may hold in the place. */
static bool may_reach(walk *j, const ap_directive_t *section, const ap_directive_t *place)
{
    const ap_directive_t *its_host = host_of(section), *our_host = host_of(place);

    if (its_host && our_host && its_host != our_host)
        return false;
    return covers_by(j, section, place, "<Location") != NO &&
           covers_by(j, section, place, "<Directory") != NO;
}

static bool somebody_says(walk *j, const ap_directive_t *node, const ap_directive_t *place)
{
    for (; node; node = node->next)
        if ((says(j, node) == YES && may_reach(j, node, place)) ||
            somebody_says(j, node->first_child, place))
            return true;
    return false;
}

/* The <Location> or the like around a Require. */
static const ap_directive_t *place_of(const ap_directive_t *line)
{
    const ap_directive_t *node = line->parent;

    while (node && (strncasecmp(node->directive, "<Require", 8) == 0 ||
                    strncasecmp(node->directive, "<Limit", 6) == 0))
        node = node->parent;
    return node;
}

/* What only httpd can match counts as reaching the place: at run time such a negation refuses. */
static bool may_know_callers(walk *j, const ap_directive_t *place)
{
    for (const ap_directive_t *section = place; section; section = section->parent)
        if (says(j, section) == YES)
            return true;
    return somebody_says(j, ap_conftree, place);
}

static void judge_require(walk *j, const ap_directive_t *line)
{
    const char *arguments;
    const char *provider = okta_provider_of(j->pool, line, &arguments);

    if (!is_ours(j, provider, arguments))
        return;
    note_foreign(provider, arguments);
    if (okta_negations_of(line) % 2 == 0 || may_know_callers(j, place_of(line)))
        return;
    /* at run time such a line refuses, so a restart has nothing to close */
    j->judge->shut = true;
    okta_complain(
        j->judge, j->judge->main_server,
        "Require %s (%s): no AuthType Okta holds here, so nobody is ever known and nobody "
        "would be kept out; write AuthType Okta in the same section",
        line->args, okta_place_of(j->judge, line));
    j->judge->shut = false;
}

static bool is_too_early(const ap_directive_t *node)
{
    return (okta_is_named(node, "<If") || okta_is_named(node, "<ElseIf") ||
            okta_is_named(node, "SetEnvIfExpr") ||
            (okta_is_named(node, "RewriteCond") && node->parent == host_of(node))) &&
           mentions_claims(node->args);
}

static void judge_early(okta_judge *judge, const ap_directive_t *node)
{
    bool section = node->directive[0] == '<';
    const char *name = section ? okta_section_name(judge, node)
                               : apr_pstrcat(judge->pool, node->directive, " ", node->args, NULL);

    judge->place = section ? node : node->parent;
    okta_complain(judge, judge->main_server,
                  "%s (%s): this is decided before anybody is known, and would see no claims; ask "
                  "for claims in Require expr, or, once callers are known, in RewriteCond or "
                  "Header in a <Location> or <Directory>",
                  name, okta_place_of(judge, node));
    judge->place = NULL;
}

static void judge_all(walk *j, const ap_directive_t *node)
{
    for (; node; node = node->next) {
        if (okta_is_named(node, "Require"))
            judge_require(j, node);
        else if (is_too_early(node))
            judge_early(j->judge, node);
        judge_all(j, node->first_child);
    }
}

void okta_check_require(okta_judge *judge)
{
    walk j = {judge, judge->pool, apr_hash_make(judge->pool)};

    okta_senses_collect(ap_conftree);
    collect_aliases(&j, ap_conftree);
    judge_all(&j, ap_conftree);
}
