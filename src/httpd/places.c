/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/places.h"

#include "httpd/registry.h"

#include <apr_hash.h>
#include <apr_strings.h>

bool okta_is_named(const ap_directive_t *node, const char *name)
{
    return strcasecmp(node->directive, name) == 0;
}

static server_rec *server_of_node(const okta_judge *judge, const ap_directive_t *node)
{
    for (server_rec *s = judge->main_server->next; s; s = s->next)
        if (s->defn_line_number == (unsigned int)node->line_num && s->defn_name &&
            strcmp(s->defn_name, node->filename) == 0)
            return s;
    return judge->main_server;
}

static bool kind_of(const ap_directive_t *node, okta_place_kind *kind)
{
    static const struct {
        const char *name;
        okta_place_kind kind;
    } names[] = {{"<Location", OKTA_PLACE_LOCATION},
                 {"<LocationMatch", OKTA_PLACE_LOCATION_MATCH},
                 {"<Directory", OKTA_PLACE_DIRECTORY},
                 {"<DirectoryMatch", OKTA_PLACE_DIRECTORY_MATCH},
                 {"<Proxy", OKTA_PLACE_DIRECTORY_MATCH},
                 {"<ProxyMatch", OKTA_PLACE_DIRECTORY_MATCH},
                 {"<Files", OKTA_PLACE_FILES},
                 {"<FilesMatch", OKTA_PLACE_FILES},
                 {"<If", OKTA_PLACE_IF},
                 {"<ElseIf", OKTA_PLACE_IF},
                 {"<Else", OKTA_PLACE_IF}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (okta_is_named(node, names[i].name)) {
            *kind = names[i].kind;
            return true;
        }
    return false;
}

const char *okta_plain_path(apr_pool_t *pool, const ap_directive_t *node)
{
    const char *arguments = node->args, *path;
    apr_size_t length = strlen(arguments);

    if (length > 0 && arguments[length - 1] == '>')
        length--;
    arguments = apr_pstrmemdup(pool, arguments, length);
    path = ap_getword_conf(pool, &arguments);
    return *path && strcmp(path, "~") != 0 && !strpbrk(path, "*?[") ? path : NULL;
}

static okta_place *new_place(okta_places *places, const ap_directive_t *node, okta_place_kind kind,
                             const okta_place *outer, server_rec *server)
{
    okta_place *place = apr_pcalloc(places->judge->pool, sizeof(*place));

    place->kind = kind;
    place->node = node;
    place->outer = outer;
    place->server = server;
    place->order = places->list->nelts;
    if (kind == OKTA_PLACE_LOCATION || kind == OKTA_PLACE_DIRECTORY)
        place->path = okta_plain_path(places->judge->pool, node);
    if (!place->path && kind == OKTA_PLACE_LOCATION)
        place->kind = OKTA_PLACE_LOCATION_MATCH;
    if (!place->path && kind == OKTA_PLACE_DIRECTORY)
        place->kind = OKTA_PLACE_DIRECTORY_MATCH;
    APR_ARRAY_PUSH(places->list, okta_place *) = place;
    return place;
}

static void note_directive(apr_pool_t *pool, okta_place *place, const ap_directive_t *node)
{
    const char *arguments = node->args;

    if (okta_is_named(node, "AuthType")) {
        place->auth_type = node;
        place->auth_name = ap_getword_conf(pool, &arguments);
    } else if (okta_is_named(node, "AllowOverride") || okta_is_named(node, "AllowOverrideList")) {
        if (!place->overrides || okta_allows_htaccess(node))
            place->overrides = node;
    } else if (okta_is_named(node, "AuthMerging")) {
        place->merges_requires =
            strcasecmp(node->args, "And") == 0 || strcasecmp(node->args, "Or") == 0;
    } else if (!place->require && (okta_is_named(node, "Require") ||
                                   strncasecmp(node->directive, "<Require", 8) == 0)) {
        place->require = node;
    }
}

static void collect(okta_places *places, const ap_directive_t *node, okta_place *outer,
                    server_rec *server)
{
    for (; node; node = node->next) {
        okta_place_kind kind;

        if (okta_is_named(node, "<VirtualHost")) {
            collect(places, node->first_child, NULL, server_of_node(places->judge, node));
        } else if (kind_of(node, &kind)) {
            collect(places, node->first_child, new_place(places, node, kind, outer, server),
                    server);
        } else {
            if (outer)
                note_directive(places->judge->pool, outer, node);
            collect(places, node->first_child, outer, server);
        }
    }
}

/* The settings stand where the registry noted them: in the section, or in a <Limit> in it. */
static void add_settings(okta_places *places)
{
    const okta_registry *registry = okta_registry_get();
    apr_hash_t *by_node = apr_hash_make(places->judge->pool);

    for (int i = 0; i < places->list->nelts; i++) {
        okta_place *place = APR_ARRAY_IDX(places->list, i, okta_place *);
        apr_hash_set(by_node, &place->node, sizeof(place->node), place);
    }
    for (int i = 0; i < registry->sections->nelts; i++) {
        const okta_section *section = &APR_ARRAY_IDX(registry->sections, i, okta_section);
        okta_place *place = NULL;

        for (const ap_directive_t *node = section->node; node && !place; node = node->parent)
            place = apr_hash_get(by_node, &node, sizeof(node));
        if (place && !place->config) {
            place->config = section->config;
            place->first = section->first;
        }
    }
}

okta_places okta_places_of(okta_judge *judge)
{
    okta_places places = {judge, apr_array_make(judge->pool, 16, sizeof(okta_place *))};

    collect(&places, ap_conftree, NULL, judge->main_server);
    add_settings(&places);
    return places;
}

bool okta_path_is_within(const char *path, const char *outer)
{
    size_t length = strlen(outer);

    if (strncmp(path, outer, length) != 0)
        return false;
    return (length > 0 && outer[length - 1] == '/') || path[length] == '\0' || path[length] == '/';
}

size_t okta_directory_length(const char *path)
{
    size_t length = strlen(path);

    while (length > 0 && path[length - 1] == '/')
        length--;
    return length;
}

bool okta_directory_is_within(const char *path, const char *outer)
{
    size_t length = okta_directory_length(outer);

    return strncmp(path, outer, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

static okta_overlap covers_one(const okta_place *outer, const okta_place *place)
{
    if (!outer->path || !place->path || outer->kind != place->kind)
        return OKTA_OVERLAP_MAYBE;
    if (place->kind == OKTA_PLACE_LOCATION ? okta_path_is_within(place->path, outer->path)
                                           : okta_directory_is_within(place->path, outer->path))
        return OKTA_OVERLAP_YES;
    return OKTA_OVERLAP_NO;
}

okta_overlap okta_place_covers(const okta_place *outer, const okta_place *place)
{
    okta_overlap best = OKTA_OVERLAP_MAYBE;

    for (const okta_place *p = place; p; p = p->outer)
        if (p == outer)
            return OKTA_OVERLAP_YES;
    if (outer->outer)
        return okta_place_covers(outer->outer, place) == OKTA_OVERLAP_NO ? OKTA_OVERLAP_NO
                                                                         : OKTA_OVERLAP_MAYBE;
    /* all paths begin with it */
    if (outer->kind == OKTA_PLACE_LOCATION && strcmp(outer->path, "/") == 0)
        return OKTA_OVERLAP_YES;
    for (const okta_place *p = place; p; p = p->outer) {
        okta_overlap one = covers_one(outer, p);
        if (one != OKTA_OVERLAP_MAYBE)
            best = one;
    }
    return best;
}

static int phase(const okta_place *place)
{
    return place->kind == OKTA_PLACE_LOCATION_MATCH ? OKTA_PLACE_LOCATION : (int)place->kind;
}

/* As httpd merges: by kind, directories from the outside in, the main server's sections ahead of a
 * virtual host's, and then as they stand. */
static int by_merging(const void *left, const void *right)
{
    const okta_place *a = *(const okta_place *const *)left, *b = *(const okta_place *const *)right;

    if (phase(a) != phase(b))
        return phase(a) - phase(b);
    if (a->kind == OKTA_PLACE_DIRECTORY &&
        okta_directory_length(a->path) != okta_directory_length(b->path))
        return okta_directory_length(a->path) < okta_directory_length(b->path) ? -1 : 1;
    if (a->server->is_virtual != b->server->is_virtual)
        return a->server->is_virtual - b->server->is_virtual;
    return a->order - b->order;
}

static bool names_issuer_or_audience(const okta_place *place)
{
    return place->config &&
           (place->config->issuers || place->config->domain || place->config->audiences);
}

bool okta_allows_htaccess(const ap_directive_t *overrides)
{
    return strcasestr(overrides->args, "AuthConfig") || strcasestr(overrides->args, "All") ||
           strcasestr(overrides->args, "Require") || strcasestr(overrides->args, "AuthType");
}

static void merge_place(const okta_places *places, okta_holding *holding, const okta_place *place)
{
    if (place->config)
        holding->config = okta_dir_config_merge(places->judge->pool, (void *)holding->config,
                                                (void *)place->config);
    if (place->auth_type)
        holding->auth = place;
    if (place->overrides)
        holding->htaccess = okta_allows_htaccess(place->overrides);
    if (!place->require)
        return;
    if (!place->merges_requires)
        apr_array_clear(holding->askers);
    APR_ARRAY_PUSH(holding->askers, const okta_place *) = place;
}

okta_holding okta_place_holding(const okta_places *places, const okta_place *place,
                                server_rec *server)
{
    okta_judge *judge = places->judge;
    apr_array_header_t *sure = apr_array_make(judge->pool, 8, sizeof(const okta_place *));
    okta_holding holding = {.config =
                                ap_get_module_config(server->lookup_defaults, &auth_okta_module),
                            .askers = apr_array_make(judge->pool, 2, sizeof(const okta_place *))};

    for (int i = 0; i < places->list->nelts; i++) {
        const okta_place *other = APR_ARRAY_IDX(places->list, i, okta_place *);
        okta_overlap how;

        if (other->server != server && other->server != judge->main_server)
            continue;
        how = okta_place_covers(other, place);
        if (how == OKTA_OVERLAP_YES)
            APR_ARRAY_PUSH(sure, const okta_place *) = other;
        if (how != OKTA_OVERLAP_MAYBE)
            continue;
        holding.maybe_issuer = holding.maybe_issuer || names_issuer_or_audience(other);
    }
    qsort(sure->elts, (size_t)sure->nelts, sizeof(const okta_place *), by_merging);
    for (int i = 0; i < sure->nelts; i++)
        merge_place(places, &holding, APR_ARRAY_IDX(sure, i, const okta_place *));
    return holding;
}

bool okta_place_is_okta(const okta_place *place)
{
    return place && place->auth_name && strcasecmp(place->auth_name, OKTA_AUTH_TYPE) == 0;
}
