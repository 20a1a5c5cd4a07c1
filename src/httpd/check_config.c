#include "httpd/check_config.h"

#include "core/issuer.h"
#include "httpd/closed.h"
#include "httpd/directives.h"
#include "httpd/jwks_file.h"
#include "httpd/log.h"
#include "httpd/registry.h"
#include "httpd/restart.h"
#include "httpd/statedir.h"

#include <apr_strings.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

typedef struct judge {
    apr_pool_t *pool; /* temporary */
    server_rec *main_server;
    const ap_directive_t *place; /* the section that is judged; a restart closes it over a fault */
    bool shut;                   /* such a fault lets nobody in: requests get 500 or 503 as it is */
    int faults;
    int dealt_with; /* faults that let nobody in, or no more */
} judge;

/* Printed on the terminal by configtest, hence no level that LogLevel could hide. */
static void complain(judge *j, server_rec *server, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void complain(judge *j, server_rec *server, const char *format, ...)
{
    va_list arguments;
    const char *text;

    va_start(arguments, format);
    text = apr_pvsprintf(j->pool, format, arguments);
    va_end(arguments);
    ap_log_error(APLOG_MARK, APLOG_EMERG, 0, server, OKTA_TAG_CONFIG "%s", text);
    j->faults++;
    j->dealt_with++;
    if (!j->shut)
        okta_close_place(server, j->place, text);
}

/* A start ends over faults. A restart goes on with what lets nobody in. */
static int verdict(judge *j)
{
    if (j->faults > j->dealt_with)
        okta_close_place(NULL, NULL, "what configtest says of the configuration");
    return j->faults ? okta_ends_a_start(j->main_server,
                                         "places at fault are closed (500) and issuers at fault "
                                         "have the keys that they had, until the configuration is "
                                         "mended and httpd restarted")
                     : OK;
}

static server_rec *server_of_node(judge *j, const ap_directive_t *node)
{
    for (; node; node = node->parent) {
        if (strcasecmp(node->directive, "<VirtualHost") != 0)
            continue;
        for (server_rec *s = j->main_server->next; s; s = s->next)
            if (s->defn_line_number == (unsigned int)node->line_num && s->defn_name &&
                strcmp(s->defn_name, node->filename) == 0)
                return s;
    }
    return j->main_server;
}

/* The path of a <Location> without patterns; NULL for every other section. */
static const char *plain_location(judge *j, const ap_directive_t *node)
{
    const char *arguments, *path;
    apr_size_t length;

    if (!node || strcasecmp(node->directive, "<Location") != 0)
        return NULL;
    length = strlen(node->args);
    if (length > 0 && node->args[length - 1] == '>')
        length--;
    arguments = apr_pstrmemdup(j->pool, node->args, length);
    path = ap_getword_conf(j->pool, &arguments);
    return path[0] == '/' && !strpbrk(path, "*?[") ? path : NULL;
}

static bool is_within(const char *path, const char *outer)
{
    size_t length = strlen(outer);

    if (length > 0 && outer[length - 1] == '/')
        length--;
    return strncmp(path, outer, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

typedef enum overlap { OVERLAP_NO, OVERLAP_MAYBE, OVERLAP_YES } overlap;

/* Whether what `section` sets holds wherever `node` does. Patterns and files are for httpd to
 * match, at request time. */
static overlap covers(judge *j, const okta_section *section, const ap_directive_t *node)
{
    const char *outer = plain_location(j, section->node), *inner;

    for (const ap_directive_t *n = node; n; n = n->parent)
        if (n == section->node)
            return OVERLAP_YES;
    inner = plain_location(j, node);
    if (!outer || !inner)
        return OVERLAP_MAYBE;
    return is_within(inner, outer) ? OVERLAP_YES : OVERLAP_NO;
}

static bool names_issuer(const okta_dir_config *config)
{
    return config->issuers || config->domain;
}

/* The settings that hold in node for sure; *maybe: others may join them that name an issuer or an
 * audience. */
static const okta_dir_config *effective(judge *j, server_rec *server, const ap_directive_t *node,
                                        bool *maybe)
{
    const okta_registry *registry = okta_registry_get();
    okta_dir_config *config = ap_get_module_config(server->lookup_defaults, &auth_okta_module);
    okta_dir_config *own = NULL;

    *maybe = false;
    for (int i = 0; i < registry->sections->nelts; i++) {
        const okta_section *section = &APR_ARRAY_IDX(registry->sections, i, okta_section);
        overlap how;

        if (!section->node || (section->server != server && section->server != j->main_server))
            continue;
        how = covers(j, section, node);
        if (section->node == node)
            own = section->config;
        else if (how == OVERLAP_YES)
            config = okta_dir_config_merge(j->pool, config, section->config);
        else if (how == OVERLAP_MAYBE)
            *maybe = *maybe || names_issuer(section->config) || section->config->audiences;
    }
    return own ? okta_dir_config_merge(j->pool, config, own) : config;
}

/* The issuers of merged settings; a domain and an id from different sections are put together here.
 */
static apr_array_header_t *issuers_of(const okta_dir_config *config)
{
    apr_pool_t *pool = okta_registry_get()->pool;
    apr_array_header_t *list;

    if (config->issuers)
        return config->issuers;
    list = apr_array_make(pool, 1, sizeof(const char *));
    if (config->domain)
        APR_ARRAY_PUSH(list, const char *) =
            config->composed
                ? config->composed
                : okta_compose_issuer(pool, config->domain,
                                      config->server_id ? config->server_id : OKTA_DEFAULT_SERVER);
    return list;
}

static const char *place(judge *j, const ap_directive_t *node)
{
    return apr_psprintf(j->pool, "%s:%d", node->filename, node->line_num);
}

static bool audience_has_default(const apr_array_header_t *issuers)
{
    for (int i = 0; i < issuers->nelts; i++)
        if (!okta_is_default_server(APR_ARRAY_IDX(issuers, i, const char *)))
            return false;
    return true;
}

/* The scopes that Require lines in and below the section name, for RFC 9728's scopes_supported. */
static void collect_scopes(const ap_directive_t *node, apr_array_header_t **scopes)
{
    apr_pool_t *pool = okta_registry_get()->pool;

    for (; node; node = node->next) {
        const char *line = node->args;

        if (strcasecmp(node->directive, "Require") == 0 &&
            strcasecmp(ap_getword_conf(pool, &line), "okta-scope") == 0)
            while (*line)
                okta_append(pool, scopes, ap_getword_conf(pool, &line));
        collect_scopes(node->first_child, scopes);
    }
}

static void note_resource(judge *j, server_rec *server, const ap_directive_t *section,
                          const apr_array_header_t *issuers)
{
    okta_registry *registry = okta_registry_get();
    const char *path = plain_location(j, section);
    okta_resource *resource = apr_pcalloc(registry->pool, sizeof(*resource));
    apr_size_t length;

    if (!path)
        return;
    length = strlen(path);
    resource->server = server;
    resource->path =
        apr_pstrmemdup(registry->pool, path, path[length - 1] == '/' ? length - 1 : length);
    resource->issuers = issuers;
    resource->scopes = apr_array_make(registry->pool, 2, sizeof(const char *));
    collect_scopes(section->first_child, &resource->scopes);
    APR_ARRAY_PUSH(registry->resources, okta_resource *) = resource;
}

static void judge_cors(judge *j, server_rec *server, const okta_dir_config *config,
                       const char *where)
{
    const okta_strings origins = okta_strings_of(config->cors_origins);

    if (config->cors_credentials == 1 && okta_strings_contain(&origins, "*", 1))
        complain(j, server,
                 "OktaCorsOrigin \"*\" with OktaCorsCredentials On (%s): cookies for pages of any "
                 "origin; "
                 "name the origins, or leave out OktaCorsCredentials",
                 where);
}

static void judge_protected(judge *j, const ap_directive_t *auth_type)
{
    const ap_directive_t *section = auth_type->parent;
    server_rec *server = server_of_node(j, section);
    bool maybe = false;
    const okta_dir_config *config = effective(j, server, section, &maybe);
    const apr_array_header_t *issuers = issuers_of(config);
    const char *where =
        section ? apr_pstrcat(j->pool, section->directive, " ", section->args, NULL) : "the server";

    j->place = section;
    for (int i = 0; i < issuers->nelts; i++)
        okta_registry_add(APR_ARRAY_IDX(issuers, i, const char *), server, false);
    if (config->resource_metadata == 1)
        note_resource(j, server, section, issuers);
    j->shut = true;
    if (issuers->nelts == 0 && !maybe)
        complain(j, server,
                 "AuthType \"%s\" in %s (%s): no issuer; set OktaDomain (and "
                 "OktaAuthorizationServer), or "
                 "OktaIssuer, in the same section or for the server",
                 auth_type->args, where, place(j, auth_type));
    else if (!config->audiences && !audience_has_default(issuers) && !maybe)
        complain(
            j, server,
            "AuthType \"%s\" in %s (%s): no audience for issuer \"%s\"; set OktaAudience (only the "
            "server \"default\" has a default, \"" OKTA_DEFAULT_AUDIENCE "\")",
            auth_type->args, where, place(j, auth_type), APR_ARRAY_IDX(issuers, 0, const char *));
    j->shut = false;
}

static void find_protected(judge *j, const ap_directive_t *node)
{
    for (; node; node = node->next) {
        if (strcasecmp(node->directive, "AuthType") == 0) {
            const char *arguments = node->args;
            if (strcasecmp(ap_getword_conf(j->pool, &arguments), OKTA_AUTH_TYPE) == 0)
                judge_protected(j, node);
        }
        find_protected(j, node->first_child);
    }
}

static bool is_related(const judge *j, const okta_section *a, const okta_section *b)
{
    return a->server == b->server || a->server == j->main_server || b->server == j->main_server;
}

/* What no protected section uses for sure may still come together at request time. */
static void register_possible(judge *j)
{
    const okta_registry *registry = okta_registry_get();

    for (int i = 0; i < registry->sections->nelts; i++) {
        const okta_section *section = &APR_ARRAY_IDX(registry->sections, i, okta_section);
        const apr_array_header_t *own = issuers_of(section->config);
        bool has_domain = false;

        j->place = section->node;
        for (int k = 0; k < own->nelts; k++)
            okta_registry_add(APR_ARRAY_IDX(own, k, const char *), section->server, true);
        if (!section->config->server_id)
            continue;
        for (int k = 0; k < registry->sections->nelts; k++) {
            const okta_section *other = &APR_ARRAY_IDX(registry->sections, k, okta_section);
            if (!other->config->domain || !is_related(j, section, other))
                continue;
            has_domain = true;
            okta_registry_add(okta_compose_issuer(registry->pool, other->config->domain,
                                                  section->config->server_id),
                              section->server, true);
        }
        if (!has_domain)
            complain(j, section->server,
                     "OktaAuthorizationServer \"%s\" (%s): there is no OktaDomain that it could "
                     "belong to; set one",
                     section->config->server_id, place(j, section->first));
    }
}

typedef struct dropped_keys {
    judge *judge;
    const okta_issuer *issuer;
} dropped_keys;

static void warn_of_dropped(void *baton, const char *kid, const char *why)
{
    const dropped_keys *dropped = baton;

    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, dropped->issuer->server,
                 OKTA_TAG_KEYS "OktaJwksFile \"%s\": key \"%s\" is left out: %s",
                 dropped->issuer->settings.jwks_file, kid, why);
}

/* Found out now, and not when the first fetch fails. */
static bool has_certificates(const char *path)
{
    X509_STORE *store = X509_STORE_new();
    bool good;

    ERR_set_mark();
    good = store && X509_STORE_load_file(store, path) == 1;
    ERR_pop_to_mark();
    X509_STORE_free(store);
    return good;
}

static void judge_issuer(judge *j, const okta_issuer *issuer)
{
    const okta_issuer_settings *settings = &issuer->settings;
    dropped_keys dropped = {j, issuer};
    okta_keyset *keys = NULL;
    okta_error error = {""};
    apr_size_t length;

    if (!okta_issuer_check(issuer->url, settings->insecure_http, &error))
        complain(j, issuer->server, "OktaIssuer \"%s\": %s", issuer->url, error.text);
    if (settings->jwks_uri && !okta_url_check(settings->jwks_uri, settings->insecure_http, &error))
        complain(j, issuer->server, "OktaJwksUri \"%s\": %s", settings->jwks_uri, error.text);
    if (settings->ca_file && !has_certificates(settings->ca_file))
        complain(
            j, issuer->server,
            "OktaCAFile \"%s\": no certificates in it that OpenSSL can read; put the certificate "
            "authorities there, as PEM",
            settings->ca_file);
    if (!settings->jwks_file)
        return;
    if (!okta_jwks_file_read(j->pool, settings->jwks_file,
                             okta_registry_get()->global.key_set_max_bytes, warn_of_dropped,
                             &dropped, &length, &keys, &error))
        complain(j, issuer->server,
                 "OktaJwksFile \"%s\": it %s; put a JWKS there, {\"keys\":[...]}",
                 settings->jwks_file, error.text);
    okta_keyset_unref(keys);
}

static void judge_sections(judge *j)
{
    const okta_registry *registry = okta_registry_get();

    for (int i = 0; i < registry->sections->nelts; i++) {
        const okta_section *section = &APR_ARRAY_IDX(registry->sections, i, okta_section);
        const ap_directive_t *node = section->node;
        bool maybe;

        j->place = node;
        judge_cors(j, section->server,
                   node ? effective(j, section->server, node, &maybe)
                        : ap_get_module_config(section->server->lookup_defaults, &auth_okta_module),
                   place(j, section->first));
    }
}

static void judge_issuer_sections(judge *j)
{
    const okta_registry *registry = okta_registry_get();

    for (int i = 0; i < registry->issuer_sections->nelts; i++) {
        const okta_issuer_section *section =
            APR_ARRAY_IDX(registry->issuer_sections, i, okta_issuer_section *);
        if (!okta_registry_find(section->url))
            complain(
                j, j->main_server,
                "<OktaIssuer \"%s\"> (%s): no OktaIssuer or OktaDomain names this issuer; correct "
                "the URL or remove the section",
                section->url, place(j, section->node));
    }
}

int okta_check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *server)
{
    const okta_registry *registry = okta_registry_get();
    judge j = {.pool = ptemp, .main_server = server};
    const char *state_dir_fault;

    (void)pconf;
    (void)plog;
    find_protected(&j, ap_conftree);
    register_possible(&j);
    judge_sections(&j);
    j.shut = true;
    judge_issuer_sections(&j);
    okta_registry_settle();
    for (int i = 0; i < registry->issuers->nelts; i++)
        judge_issuer(&j, APR_ARRAY_IDX(registry->issuers, i, okta_issuer *));
    /* a restart says that when it does without */
    state_dir_fault = okta_is_restart() ? NULL : okta_statedir_fault(ptemp);
    if (state_dir_fault)
        complain(&j, server, "%s", state_dir_fault);
    return verdict(&j);
}
