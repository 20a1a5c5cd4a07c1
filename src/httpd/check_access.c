/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/check_access.h"

#include "httpd/url_map.h"

#include <apr_strings.h>

typedef enum admission {
    ADMITS_NOBODY,  /* all denied */
    ADMITS_ANYBODY, /* whoever it is */
    ASKS_WHO        /* at least one line looks at the user */
} admission;

/* Providers of httpd's that let in without asking who it is. */
static bool is_impersonal(const char *provider, const char *line, bool *denies)
{
    static const char *const names[] = {"ip",  "host",   "forward-dns", "local",
                                        "env", "method", "ssl"};

    *denies = false;
    if (strcasecmp(provider, "all") == 0) {
        *denies = strncasecmp(line, "denied", 6) == 0;
        return true;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcasecmp(provider, names[i]) == 0)
            return true;
    return false;
}

/* What the Require lines among these nodes and in their containers come to. Whatever is not known
 * counts as asking. */
static admission admission_of(apr_pool_t *pool, const ap_directive_t *node)
{
    admission most = ADMITS_NOBODY;

    for (; node; node = node->next) {
        admission one = ADMITS_NOBODY;

        if (strcasecmp(node->directive, "Require") == 0) {
            const char *line = node->args, *provider = ap_getword_conf(pool, &line);
            bool denies;

            if (!is_impersonal(provider, line, &denies))
                one = ASKS_WHO;
            else if (!denies)
                one = ADMITS_ANYBODY;
        } else if (strncasecmp(node->directive, "<Require", 8) == 0 ||
                   strncasecmp(node->directive, "<Limit", 6) == 0) {
            one = admission_of(pool, node->first_child);
        }
        if (one > most)
            most = one;
    }
    return most;
}

static admission admission_of_place(okta_judge *j, const okta_place *place)
{
    return admission_of(j->pool, place->node->first_child);
}

static const char *first_require(okta_judge *j, const okta_place *place)
{
    const ap_directive_t *node = place->require;

    while (node->first_child && strcasecmp(node->directive, "Require") != 0)
        node = node->first_child;
    return apr_psprintf(j->pool, "\"%s %s\" of %s (%s)", node->directive, node->args,
                        okta_section_name(j, place->node), okta_place_of(j, node));
}

/* As httpd orders folders: by depth, then the main server's first, then as they stand. */
static bool is_further_in(const okta_place *other, const okta_place *best)
{
    size_t length = okta_directory_length(other->path), longest = okta_directory_length(best->path);

    if (length != longest)
        return length > longest;
    return other->server->is_virtual >= best->server->is_virtual;
}

/* <Else> covers what its <If> leaves over: where both ask, every request is asked. Whoever proxies
 * may ask in <Proxy>, which applies to what is no file. */
static bool is_asked_elsewhere(const okta_places *places, const okta_place *place,
                               const server_rec *server)
{
    okta_judge *j = places->judge;
    bool some = false, rest = false;

    for (int i = 0; i < places->list->nelts; i++) {
        const okta_place *other = APR_ARRAY_IDX(places->list, i, const okta_place *);
        bool asks = other->require && admission_of_place(j, other) != ADMITS_ANYBODY;

        if (strncasecmp(other->node->directive, "<Proxy", 6) == 0 && asks &&
            (other->server == server || !other->server->is_virtual))
            return true;
        if (other->outer != place || other->kind != OKTA_PLACE_IF)
            continue;
        if (strcasecmp(other->node->directive, "<If") == 0)
            some = asks;
        else
            some = some && asks;
        rest = rest || (some && strcasecmp(other->node->directive, "<Else") == 0);
    }
    return rest;
}

/* The <Directory> whose Require holds for what httpd serves from files under the place. */
static const okta_place *directory_behind(const okta_places *places, const okta_place *place,
                                          server_rec *server)
{
    const char *file = okta_file_behind(places->judge, place, server);
    const okta_place *best = NULL;

    for (int i = 0; file && i < places->list->nelts; i++) {
        const okta_place *other = APR_ARRAY_IDX(places->list, i, const okta_place *);

        if (other->kind == OKTA_PLACE_DIRECTORY && !other->outer && other->require &&
            (other->server == server || !other->server->is_virtual) &&
            okta_directory_is_within(file, other->path) && (!best || is_further_in(other, best)))
            best = other;
    }
    return best;
}

#define REMEDY \
    "write \"Require valid-user\" in it, or \"Require all granted\" if everybody is to pass"

/* False: there was something to say. */
static bool judge_openness(const okta_places *places, const okta_place *place, server_rec *server)
{
    okta_judge *j = places->judge;
    okta_holding holding = okta_place_holding(places, place, server);
    const okta_place *holder;
    const char *subject;

    if (holding.auth != place || okta_dir_anonymous(holding.config) != OKTA_ANONYMOUS_OFF ||
        holding.htaccess)
        return true;
    holder = holding.askers->nelts
                 ? APR_ARRAY_IDX(holding.askers, holding.askers->nelts - 1, const okta_place *)
                 : directory_behind(places, place, server);
    if (holder == place)
        return true;
    subject =
        apr_psprintf(j->pool, "AuthType \"%s\" in %s (%s) without a Require", place->auth_name,
                     okta_section_name(j, place->node), okta_place_of(j, place->auth_type));
    if ((holder && admission_of_place(j, holder) != ADMITS_ANYBODY) ||
        is_asked_elsewhere(places, place, server))
        return true;
    if (holder)
        okta_caution(j, "%s: %s holds there, so nobody needs a token; " REMEDY, subject,
                     first_require(j, holder));
    else
        okta_caution(j, "%s: none holds there, so httpd answers every request 500; " REMEDY,
                     subject);
    return false;
}

/* Whether some section with AuthType Okta may apply to a part of what the place does. */
static bool meets_okta(const okta_places *places, const okta_place *place)
{
    for (int i = 0; i < places->list->nelts; i++) {
        const okta_place *other = APR_ARRAY_IDX(places->list, i, const okta_place *);

        if (okta_place_is_okta(other) && (okta_place_covers(place, other) != OKTA_OVERLAP_NO ||
                                          okta_place_covers(other, place) != OKTA_OVERLAP_NO))
            return true;
    }
    return false;
}

/* AuthType may stand in a .htaccess file, which only requests show. */
static bool has_htaccess(const okta_places *places)
{
    for (int i = 0; i < places->list->nelts; i++) {
        const okta_place *place = APR_ARRAY_IDX(places->list, i, const okta_place *);

        if (place->overrides && okta_allows_htaccess(place->overrides))
            return true;
    }
    return false;
}

#define SAID(name, unset, fallback) || config->name != (unset)
#define CHANGED(name, unset, fallback) || (config->name != (unset) && config->name != (fallback))
#define NEVER(name, unset, fallback)
#define ASKS(type, name, unset, fallback, asks) asks(name, unset, fallback)
#define FLAG_ASKS(name, fallback, asks, ...) asks(name, -1, fallback)

/* CORS is for everybody; most else of ours concerns callers who are known. */
static bool needs_auth(const okta_dir_config *config)
{
    return false OKTA_DIR_MEMBERS(ASKS, ASKS, FLAG_ASKS);
}

static const ap_directive_t *okta_require(apr_pool_t *pool, const ap_directive_t *node)
{
    for (; node; node = node->next) {
        const char *line = node->args, *word = ap_getword_conf(pool, &line);
        const ap_directive_t *inner = NULL;

        if (strcasecmp(node->directive, "Require") == 0 && strncasecmp(word, "okta-", 5) == 0)
            return node;
        if (strncasecmp(node->directive, "<Require", 8) == 0)
            inner = okta_require(pool, node->first_child);
        if (inner)
            return inner;
    }
    return NULL;
}

/* Okta directives or Require okta-… that no AuthType Okta puts to use. */
static void judge_use(const okta_places *places, const okta_place *place)
{
    okta_judge *j = places->judge;
    okta_holding holding = okta_place_holding(places, place, place->server);
    const ap_directive_t *what = place->config && needs_auth(place->config) ? place->first : NULL;
    bool files = place->kind != OKTA_PLACE_LOCATION && place->kind != OKTA_PLACE_LOCATION_MATCH;

    if (!what)
        what = okta_require(j->pool, place->node->first_child);
    if (!what || okta_place_is_okta(holding.auth) || meets_okta(places, place) ||
        (files && has_htaccess(places)))
        return;
    if (holding.auth)
        okta_remark(j, place->server,
                    "%s %s in %s (%s) has no effect: AuthType \"%s\" (%s) holds there; write "
                    "\"AuthType Okta\"",
                    what->directive, what->args, okta_section_name(j, place->node),
                    okta_place_of(j, what), holding.auth->auth_name,
                    okta_place_of(j, holding.auth->auth_type));
    else
        okta_remark(j, place->server,
                    "%s %s in %s (%s): no AuthType holds there, so no token is looked at; write "
                    "\"AuthType Okta\", AuthName and Require beside it",
                    what->directive, what->args, okta_section_name(j, place->node),
                    okta_place_of(j, what));
}

/* At most two letters from being "okta". */
static bool is_misspelled(const char *word)
{
    static const char okta[] = OKTA_AUTH_TYPE;
    size_t length = strlen(word), same = 0, at = 0;

    if (strcasecmp(word, okta) == 0 || length < 3 || length > 6)
        return false;
    for (size_t i = 0; i < sizeof(okta) - 1; i++) {
        size_t k = at;

        while (k < length && k - at <= 1 && (word[k] | 0x20) != (okta[i] | 0x20))
            k++;
        if (k < length && k - at <= 1) {
            same++;
            at = k + 1;
        }
    }
    return same >= 3;
}

static bool is_scheme(const char *word)
{
    static const char *const names[] = {"Bearer",  "JWT",   "OAuth", "OAuth2",
                                        "OAuth20", "Token", "OIDC"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcasecmp(word, names[i]) == 0)
            return true;
    return false;
}

/* AuthType has to be known to some module, and httpd does not say whether it is. */
static void judge_auth_type(const okta_places *places, const okta_place *place)
{
    okta_judge *j = places->judge;
    okta_holding holding = okta_place_holding(places, place, place->server);
    bool ours = needs_auth(holding.config) || okta_require(j->pool, place->node->first_child);

    if (is_misspelled(place->auth_name) || (ours && is_scheme(place->auth_name)))
        okta_caution(j,
                     "AuthType \"%s\" in %s (%s): no token is looked at there; for access tokens "
                     "write \"AuthType Okta\"",
                     place->auth_name, okta_section_name(j, place->node),
                     okta_place_of(j, place->auth_type));
}

void okta_check_access(const okta_places *places)
{
    for (int i = 0; i < places->list->nelts; i++) {
        const okta_place *place = APR_ARRAY_IDX(places->list, i, const okta_place *);
        bool good = true;

        if (okta_place_is_okta(place)) {
            good = judge_openness(places, place, place->server);
            for (server_rec *s = places->judge->main_server->next;
                 good && s && !place->server->is_virtual; s = s->next)
                good = judge_openness(places, place, s);
        } else if (place->auth_type) {
            judge_auth_type(places, place);
        }
        if (!okta_place_is_okta(place) && (place->config || place->require))
            judge_use(places, place);
    }
}
