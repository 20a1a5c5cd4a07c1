/* SPDX-License-Identifier: Apache-2.0 */
#include "core/issuer.h"
#include "core/verdicts.h"
#include "httpd/directives.h"
#include "httpd/registry.h"
#include "httpd/revocation_lists.h"

#include <apr_strings.h>

#define TOKEN_BYTES_MIN 256
#define TOKEN_BYTES_MAX INT64_C(1048576)
#define KEY_SET_BYTES_MIN 1024
#define KEY_SET_BYTES_MAX INT64_C(4194304)
#define FETCH_TIMEOUT_MIN apr_time_from_msec(100)
#define FETCH_TIMEOUT_MAX apr_time_from_sec(300)

#define BAD_DURATION "no duration; use a number with ms, s, m, h or d, up to 30d"

okta_issuer_settings *okta_settings_for(const cmd_parms *cmd)
{
    okta_issuer_section *open = okta_registry_get()->open_section;
    okta_server_config *server =
        ap_get_module_config(cmd->server->module_config, &auth_okta_module);

    return open ? &open->settings : &server->issuer;
}

const char *okta_set_jwks_uri(cmd_parms *cmd, void *config, const char *value)
{
    okta_issuer_settings *settings = okta_settings_for(cmd);
    okta_error error = {""};

    (void)config;
    if (!okta_url_check(value, true, &error))
        return okta_directive_error(cmd, value, error.text);
    if (settings->jwks_file)
        return okta_said_before(cmd, value, "OktaJwksFile");
    return okta_set_text(cmd, &settings->jwks_uri, value);
}

const char *okta_set_jwks_file(cmd_parms *cmd, void *config, const char *value)
{
    okta_issuer_settings *settings = okta_settings_for(cmd);
    const char *path = ap_server_root_relative(cmd->pool, value);

    (void)config;
    if (!path)
        return okta_directive_error(cmd, value,
                                    "no usable path; write the full path of a JWKS file");
    if (settings->jwks_uri)
        return okta_said_before(cmd, value, "OktaJwksUri");
    return okta_set_text(cmd, &settings->jwks_file, path);
}

const char *okta_add_decryption_key(cmd_parms *cmd, void *config, const char *value)
{
    const char *path = ap_server_root_relative(cmd->pool, value);

    (void)config;
    if (okta_is_placeholder(value))
        return okta_directive_error(cmd, value,
                                    "a placeholder was left in; write the full path of a private "
                                    "key");
    if (!*value || !path)
        return okta_directive_error(cmd, value,
                                    "no usable path; write the full path of a private key");
    okta_append(cmd->pool, &okta_settings_for(cmd)->decryption_keys, path);
    return NULL;
}

/* A proxy's URL may hold a password, so messages show its origin only, without user. */
const char *okta_set_http_proxy(cmd_parms *cmd, void *config, const char *value)
{
    okta_issuer_settings *settings = okta_settings_for(cmd);
    const char *at = strrchr(value, '@'), *scheme = strstr(value, "://");
    const char *shown = value;

    if (at)
        shown = apr_pstrcat(
            cmd->pool,
            scheme ? apr_pstrmemdup(cmd->pool, value, (apr_size_t)(scheme + 3 - value)) : "", "...",
            at, NULL);
    (void)config;
    if (okta_is_placeholder(value))
        return okta_directive_error(cmd, shown,
                                    "a placeholder was left in; write the URL of your proxy");
    if (!scheme || scheme[3] == '\0' ||
        (strncmp(value, "http://", 7) != 0 && strncmp(value, "https://", 8) != 0 &&
         strncmp(value, "socks5h://", 10) != 0))
        return okta_directive_error(cmd, shown,
                                    "no proxy URL; write it as in "
                                    "\"http://proxy.example.com:3128\"");
    if (settings->proxy && strcmp(settings->proxy, value) != 0)
        return okta_said_before(cmd, shown, NULL);
    settings->proxy = value;
    return NULL;
}

const char *okta_set_ca_file(cmd_parms *cmd, void *config, const char *value)
{
    const char *path = ap_server_root_relative(cmd->pool, value);
    apr_finfo_t info;

    (void)config;
    if (path && apr_stat(&info, path, APR_FINFO_TYPE, cmd->temp_pool) == APR_SUCCESS &&
        info.filetype == APR_DIR)
        return okta_directive_error(cmd, value,
                                    "that is a directory; write the full path of one PEM file, and "
                                    "put the certificates of all authorities into it");
    if (!path || apr_stat(&info, path, APR_FINFO_TYPE, cmd->temp_pool) != APR_SUCCESS ||
        info.filetype != APR_REG)
        return okta_directive_error(cmd, value,
                                    "no such file; write the full path of a PEM file with "
                                    "certificate authorities");
    return okta_set_text(cmd, &okta_settings_for(cmd)->ca_file, path);
}

const char *okta_set_fetch_timeout(cmd_parms *cmd, void *config, const char *value)
{
    okta_issuer_settings *settings = okta_settings_for(cmd);
    apr_interval_time_t timeout;

    (void)config;
    if (!okta_parse_duration(value, &timeout) || timeout < FETCH_TIMEOUT_MIN ||
        timeout > FETCH_TIMEOUT_MAX)
        return okta_directive_error(cmd, value, "out of range; use 100ms to 5m");
    return okta_set_number(cmd, &settings->fetch_timeout, timeout, value);
}

const char *okta_set_issuer_flag(cmd_parms *cmd, void *config, int flag)
{
    char *field = (char *)okta_settings_for(cmd) + (apr_size_t)cmd->info;

    (void)config;
    return okta_set_number(cmd, (apr_int64_t *)(void *)field, flag != 0, flag ? "On" : "Off");
}

const char *okta_set_max_token_bytes(cmd_parms *cmd, void *config, const char *value)
{
    okta_server_config *server =
        ap_get_module_config(cmd->server->module_config, &auth_okta_module);

    (void)config;
    return okta_set_count(cmd, &server->max_token_bytes, value, TOKEN_BYTES_MIN, TOKEN_BYTES_MAX,
                          "bytes");
}

const char *okta_set_log_format(cmd_parms *cmd, void *config, const char *value)
{
    okta_server_config *server =
        ap_get_module_config(cmd->server->module_config, &auth_okta_module);
    const bool json = strcasecmp(value, "json") == 0;

    (void)config;
    if (!json && strcasecmp(value, "text") != 0)
        return okta_directive_error(cmd, value, "unknown format; use text or json");
    return okta_set_number(cmd, &server->log_json, json, value);
}

const char *okta_set_revocations(cmd_parms *cmd, void *config, const char *value)
{
    okta_server_config *server =
        ap_get_module_config(cmd->server->module_config, &auth_okta_module);
    const char *path = *value ? ap_server_root_relative(cmd->pool, value) : NULL;
    okta_revocation_list *list;

    (void)config;
    if (!path)
        return okta_directive_error(cmd, value, "no usable path; write the full path of a file");
    list = okta_revocation_list_add(path, cmd->server);
    if (server->revocations && server->revocations != list)
        return okta_said_before(
            cmd, value, apr_pstrcat(cmd->pool, "\"", server->revocations->path, "\"", NULL));
    server->revocations = list;
    return NULL;
}

const char *okta_set_status(cmd_parms *cmd, void *config, int flag)
{
    okta_server_config *server =
        ap_get_module_config(cmd->server->module_config, &auth_okta_module);

    (void)config;
    return okta_set_number(cmd, &server->status, flag != 0, flag ? "On" : "Off");
}

const char *okta_main_server_only(const cmd_parms *cmd, const char *value)
{
    if (!cmd->server->is_virtual)
        return NULL;
    return okta_directive_error(cmd, value,
                                "it holds for the whole server; move it out of "
                                "<VirtualHost>");
}

const char *okta_set_global_time(cmd_parms *cmd, void *config, const char *value)
{
    char *field = (char *)&okta_registry_get()->global + (apr_size_t)cmd->info;
    const char *fault = okta_main_server_only(cmd, value);
    apr_interval_time_t duration;

    (void)config;
    if (fault)
        return fault;
    if (!okta_parse_duration(value, &duration))
        return okta_directive_error(cmd, value, BAD_DURATION);
    return okta_set_number(cmd, (apr_int64_t *)(void *)field, duration, value);
}

const char *okta_set_key_refresh(cmd_parms *cmd, void *config, const char *min, const char *max)
{
    okta_global_config *global = &okta_registry_get()->global;
    const char *fault = okta_main_server_only(cmd, min);
    apr_interval_time_t least, longest;

    (void)config;
    if (fault)
        return fault;
    if (!okta_parse_duration(min, &least) || least == 0)
        return okta_directive_error(cmd, min, BAD_DURATION);
    if (!okta_parse_duration(max, &longest) || longest < least)
        return okta_directive_error(cmd, max,
                                    "no duration, or shorter than the first; use two, as in "
                                    "\"5m 24h\"");
    fault = okta_set_number(cmd, &global->refresh_min, least, min);
    return fault ? fault : okta_set_number(cmd, &global->refresh_max, longest, max);
}

const char *okta_set_token_cache(cmd_parms *cmd, void *config, const char *value)
{
    const char *fault = okta_main_server_only(cmd, value);

    (void)config;
    return fault ? fault
                 : okta_set_count(cmd, &okta_registry_get()->global.token_cache, value, 0,
                                  OKTA_VERDICTS_ENTRIES_MAX, "entries");
}

const char *okta_set_replay_entries(cmd_parms *cmd, void *config, const char *value)
{
    const char *fault = okta_main_server_only(cmd, value);

    (void)config;
    return fault ? fault
                 : okta_set_count(cmd, &okta_registry_get()->global.replay_entries, value,
                                  OKTA_REPLAY_ENTRIES_MIN, OKTA_REPLAY_ENTRIES_MAX, "proofs");
}

const char *okta_set_key_set_max_bytes(cmd_parms *cmd, void *config, const char *value)
{
    const char *fault = okta_main_server_only(cmd, value);

    (void)config;
    return fault ? fault
                 : okta_set_count(cmd, &okta_registry_get()->global.key_set_max_bytes, value,
                                  KEY_SET_BYTES_MIN, KEY_SET_BYTES_MAX, "bytes");
}

const char *okta_set_state_dir(cmd_parms *cmd, void *config, const char *value)
{
    const char *fault = okta_main_server_only(cmd, value);
    const char *path = ap_server_root_relative(cmd->pool, value);

    (void)config;
    if (fault)
        return fault;
    if (!path)
        return okta_directive_error(cmd, value,
                                    "no usable path; write the full path of a directory");
    return okta_set_text(cmd, &okta_registry_get()->global.state_dir, path);
}

#define DIRECTIVE(type, name, unset, fallback, directive) directive,
#define FLAG_DIRECTIVE(name, fallback, directive, help) directive,

static bool belongs_in_issuer_section(const char *directive)
{
    static const char *const names[] = {OKTA_ISSUER_MEMBERS(DIRECTIVE, DIRECTIVE, FLAG_DIRECTIVE)};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcasecmp(directive, names[i]) == 0)
            return true;
    return false;
}

const char *okta_open_issuer_section(cmd_parms *cmd, void *config, const char *arguments)
{
    okta_registry *registry = okta_registry_get();
    const char *end = ap_strrchr_c(arguments, '>');
    okta_issuer_section *section;
    okta_error error = {""};
    const char *fault;

    (void)config;
    if (!end)
        return "<OktaIssuer lacks its closing \">\"";
    arguments = apr_pstrmemdup(cmd->pool, arguments, (apr_size_t)(end - arguments));
    section = apr_pcalloc(cmd->pool, sizeof(*section));
    section->url = ap_getword_conf(cmd->pool, &arguments);
    section->node = cmd->directive;
    section->settings = okta_issuer_settings_create();
    if (!okta_asked_issuer_check(section->url, true, &error))
        return apr_psprintf(cmd->pool, "<OktaIssuer \"%s\">: %s", section->url, error.text);
    for (int i = 0; i < registry->issuer_sections->nelts; i++)
        if (strcmp(APR_ARRAY_IDX(registry->issuer_sections, i, okta_issuer_section *)->url,
                   section->url) == 0)
            return apr_psprintf(cmd->pool,
                                "<OktaIssuer \"%s\">: there is a section for this issuer already; "
                                "keep one of the two",
                                section->url);
    for (const ap_directive_t *child = cmd->directive->first_child; child; child = child->next)
        if (!belongs_in_issuer_section(child->directive))
            return apr_psprintf(cmd->pool,
                                "<OktaIssuer \"%s\">: %s does not belong here; move it out of the "
                                "section",
                                section->url, child->directive);
    APR_ARRAY_PUSH(registry->issuer_sections, okta_issuer_section *) = section;
    registry->open_section = section;
    fault = ap_walk_config(cmd->directive->first_child, cmd, cmd->context);
    registry->open_section = NULL;
    return fault;
}
