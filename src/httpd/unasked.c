/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/unasked.h"

#include "httpd/admission.h"
#include "httpd/event.h"
#include "httpd/registry.h"
#include "httpd/request.h"
#include "httpd/told_once.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_request.h>

/* Browsers ask OPTIONS without a token, so <LimitExcept OPTIONS> is meant. */
#define UNGUARDED (AP_METHOD_BIT << M_OPTIONS)
/* the highest bit is httpd's own mark for <RequireAll> and the like */
#define ALL_METHODS INT64_MAX

struct okta_gate {
    const char *section; /* as in <Location "/api"> */
    const char *subject; /* among what the log is told once */
};

/* What a section itself says, without what holds around it. */
typedef struct said {
    bool okta;            /* AuthType Okta */
    apr_int64_t required; /* the methods for which it has a Require */
} said;

typedef struct walk {
    apr_pool_t *pconf, *ptemp;
    server_rec *server;
    apr_hash_t *seen; /* ap_conf_vector_t *; virtual hosts share the sections of the server */
    bool marks;       /* second walk */
} walk;

/* ap_some_auth_required() and ap_auth_type() are good from post_config on: until then the core has
 * no function behind them, or at a start's second reading the one of modules that were unloaded
 * since, at an address that may be nobody's. */
static said what_it_says(const walk *w, const ap_conf_vector_t *section)
{
    APR_OPTIONAL_FN_TYPE(authn_ap_auth_type) *auth_type =
        APR_RETRIEVE_OPTIONAL_FN(authn_ap_auth_type);
    APR_OPTIONAL_FN_TYPE(authz_some_auth_required) *some_required =
        APR_RETRIEVE_OPTIONAL_FN(authz_some_auth_required);
    const module *authn = ap_find_linked_module("mod_authn_core.c");
    const module *authz = ap_find_linked_module("mod_authz_core.c");
    said result = {false, 0};
    request_rec probe = {.pool = w->ptemp, .server = w->server};

    /* httpd shows neither of a section, but both of a request */
    probe.per_dir_config =
        ap_merge_per_dir_configs(w->ptemp, w->server->lookup_defaults, (ap_conf_vector_t *)section);
    if (auth_type && authn && ap_get_module_config(section, authn))
        result.okta = okta_auth_type_is_ours(auth_type(&probe));
    if (some_required && authz && ap_get_module_config(section, authz))
        for (int method = 0; method < METHODS - 1; method++) {
            probe.method_number = method;
            if (some_required(&probe))
                result.required |= AP_METHOD_BIT << method;
        }
    return result;
}

static okta_dir_config *settings_of(const walk *w, ap_conf_vector_t *section)
{
    okta_dir_config *config = ap_get_module_config(section, &auth_okta_module);

    if (!config) {
        config = okta_dir_config_create(w->pconf, NULL);
        ap_set_module_config(section, &auth_okta_module, config);
    }
    return config;
}

static okta_gate *gate_of(const walk *w, const char *kind, const core_dir_config *core)
{
    okta_gate *gate = apr_palloc(w->pconf, sizeof(*gate));

    gate->section =
        core && core->d && !core->condition
            ? apr_psprintf(w->pconf, "%s%s \"%s\">", kind, core->r ? "Match" : "", core->d)
            : apr_pstrcat(w->pconf, kind, ">", NULL);
    gate->subject =
        apr_psprintf(w->pconf, "unasked %d %s", okta_registry_get()->gates++, gate->section);
    return gate;
}

static void visit_all(walk *w, const char *kind, const apr_array_header_t *sections);

static void visit(walk *w, const char *kind, ap_conf_vector_t *section)
{
    const core_dir_config *core = ap_get_core_module_config(section);
    said own = what_it_says(w, section);

    if (!w->marks) {
        okta_registry_get()->gates += own.okta && (own.required | UNGUARDED) != ALL_METHODS;
    } else if (own.okta || own.required) {
        okta_dir_config *config = settings_of(w, section);

        config->required = own.required;
        config->gate = own.okta ? gate_of(w, kind, core) : NULL;
    }
    if (core) {
        visit_all(w, "<Files", core->sec_file);
        visit_all(w, "<If", core->sec_if);
    }
}

static void visit_all(walk *w, const char *kind, const apr_array_header_t *sections)
{
    for (int i = 0; sections && i < sections->nelts; i++) {
        ap_conf_vector_t *section = APR_ARRAY_IDX(sections, i, ap_conf_vector_t *);

        if (!section || apr_hash_get(w->seen, (void *)&section, sizeof(section)))
            continue;
        apr_hash_set(w->seen, apr_pmemdup(w->ptemp, (void *)&section, sizeof(section)),
                     sizeof(section), section);
        visit(w, kind, section);
    }
}

static void visit_servers(walk *w, server_rec *server)
{
    w->seen = apr_hash_make(w->ptemp);
    for (w->server = server; w->server; w->server = w->server->next) {
        const core_server_config *all = ap_get_core_module_config(w->server->module_config);
        const core_dir_config *defaults = ap_get_core_module_config(w->server->lookup_defaults);

        visit_all(w, "<Directory", all->sec_dir);
        visit_all(w, "<Location", all->sec_url);
        visit_all(w, "<Files", defaults->sec_file);
        visit_all(w, "<If", defaults->sec_if);
    }
}

/* Whether an AuthType is an expression, which only a request can evaluate. */
static bool has_expression(const ap_directive_t *node)
{
    for (; node; node = node->next)
        if ((strcasecmp(node->directive, "AuthType") == 0 && strchr(node->args, '%')) ||
            has_expression(node->first_child))
            return true;
    return false;
}

void okta_unasked_collect(apr_pool_t *pconf, apr_pool_t *ptemp, server_rec *server)
{
    walk w = {.pconf = pconf, .ptemp = ptemp};

    if (has_expression(ap_conftree))
        return;
    visit_servers(&w, server);
    /* marks cost every request a merge: none where each section has its own Require */
    if (okta_registry_get()->gates == 0)
        return;
    okta_registry_get()->gates = 0;
    w.marks = true;
    visit_servers(&w, server);
}

/* The folder whose .htaccess file says AuthType Okta; NULL: none. */
static const char *folder_that_says(request_rec *r)
{
    const module *authn = ap_find_linked_module("mod_authn_core.c");
    request_rec probe = {.pool = r->pool, .server = r->server};

    for (const struct htaccess_result *file = r->htaccess; authn && file; file = file->next) {
        ap_conf_vector_t *own = (ap_conf_vector_t *)file->htaccess;

        if (!own || !ap_get_module_config(own, authn))
            continue;
        probe.per_dir_config = ap_merge_per_dir_configs(r->pool, r->server->lookup_defaults, own);
        if (okta_request_is_ours(&probe))
            return file->dir;
    }
    return NULL;
}

/* What has AuthType Okta and no Require of its own; NULL: nothing, or it was told. */
static const char *untold_section(request_rec *r, const okta_gate *gate)
{
    const char *folder = gate ? NULL : folder_that_says(r), *section;

    if (gate)
        return okta_told_once_is_first(gate->subject) ? gate->section : NULL;
    if (!folder)
        return NULL;
    section = apr_pstrcat(r->pool, "the .htaccess file in ", folder, NULL);
    return okta_told_once_is_first(section) ? section : NULL;
}

int okta_warn_unasked(request_rec *r)
{
    const okta_dir_config *config = okta_dir_config_of(r);
    const okta_request *state;
    const char *section;

    if ((!config->gate && !r->htaccess) || r->main ||
        (((config->gate ? config->required : 0) | UNGUARDED) & (AP_METHOD_BIT << r->method_number)))
        return DECLINED;
    state = okta_request_state(r, false);
    /* in a .htaccess file there may be a Require */
    if ((state && state->preflight) || okta_request_judged(r) || !okta_request_is_ours(r) ||
        okta_htaccess_requires(r))
        return DECLINED;
    section = untold_section(r, config->gate);
    if (!section)
        return DECLINED;
    okta_event_of_request(
        r, OKTA_EVENT_UNASKED,
        "%s passed AuthType Okta of %s and nobody asked who it was: there is no "
        "Require for it; write Require valid-user there, or Require all granted if "
        "everybody may pass",
        r->uri, section);
    return DECLINED;
}
