/* SPDX-License-Identifier: Apache-2.0 */
#include "core/issuer.h"
#include "httpd/directives.h"
#include "httpd/words.h"

#include <apr_strings.h>

#define CACHE_MAX apr_time_from_sec(3600)

const char *okta_set_introspection(cmd_parms *cmd, void *config, const char *value)
{
    static const char *const words[] = {[OKTA_INTROSPECTION_OFF] = "off",
                                        [OKTA_INTROSPECTION_OPAQUE] = "opaque",
                                        [OKTA_INTROSPECTION_ALWAYS] = "always"};

    (void)config;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasecmp(value, words[i]) == 0)
            return okta_set_number(cmd, &okta_settings_for(cmd)->introspection, (apr_int64_t)i,
                                   value);
    return okta_directive_error(cmd, value, "unknown choice; use off, opaque or always");
}

static int method_of(const char *word)
{
    static const char *const words[] = {[OKTA_CLIENT_BASIC] = "client_secret_basic",
                                        [OKTA_CLIENT_POST] = "client_secret_post",
                                        [OKTA_CLIENT_KEY] = "private_key_jwt",
                                        [OKTA_CLIENT_NONE] = "none"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasecmp(word, words[i]) == 0)
            return (int)i;
    return -1;
}

const char *okta_set_introspection_client(cmd_parms *cmd, void *config, const char *id,
                                          const char *method)
{
    okta_issuer_settings *settings = okta_settings_for(cmd);
    int number = method ? method_of(method) : OKTA_CLIENT_BASIC;
    const char *fault;

    (void)config;
    if (okta_is_placeholder(id))
        return okta_directive_error(cmd, id,
                                    "a placeholder was left in; write the client id that Okta's "
                                    "console shows");
    if (!*id)
        return okta_directive_error(cmd, id, "it is empty; write the client id, or none");
    if (number < 0)
        return okta_directive_error(cmd, method,
                                    "unknown method; use client_secret_basic, client_secret_post, "
                                    "private_key_jwt or none");
    if (!method && strcasecmp(id, "none") == 0) {
        id = "";
        number = OKTA_CLIENT_NONE;
    }
    fault = okta_set_text(cmd, &settings->introspection_client, id);
    return fault ? fault
                 : okta_set_number(cmd, &settings->introspection_method, number,
                                   method ? method : id);
}

/* A secret that was written where its path belongs is not shown. */
const char *okta_set_introspection_secret(cmd_parms *cmd, void *config, const char *value)
{
    okta_issuer_settings *settings = okta_settings_for(cmd);
    const char *named, *path;

    (void)config;
    if (strncmp(value, "file:", 5) != 0 && strncmp(value, "exec:", 5) != 0)
        return okta_directive_error(cmd, "...",
                                    "a secret does not belong into the configuration, which many "
                                    "may read; write file:/path of a file that has it, or "
                                    "exec:/path of a program that prints it");
    named = value + sizeof("file:") - 1;
    path = ap_server_root_relative(cmd->pool, named);
    if (!*named || !path)
        return okta_directive_error(cmd, value,
                                    "no usable path; write file: or exec: and a full path");
    return okta_set_text(cmd, &settings->introspection_secret,
                         apr_pstrcat(cmd->pool, value[0] == 'f' ? "file:" : "exec:", path, NULL));
}

const char *okta_set_introspection_key(cmd_parms *cmd, void *config, const char *value)
{
    const char *path = ap_server_root_relative(cmd->pool, value);

    (void)config;
    if (!path || strstr(value, "-----BEGIN"))
        return okta_directive_error(cmd, path ? "..." : value,
                                    "no usable path; write the full path of a file with the "
                                    "client's private key");
    return okta_set_text(cmd, &okta_settings_for(cmd)->introspection_key, path);
}

const char *okta_set_introspection_uri(cmd_parms *cmd, void *config, const char *value)
{
    okta_error error = {""};

    (void)config;
    if (!okta_url_check(value, true, &error))
        return okta_directive_error(cmd, value, error.text);
    return okta_set_text(cmd, &okta_settings_for(cmd)->introspection_uri, value);
}

const char *okta_set_introspection_cache(cmd_parms *cmd, void *config, const char *value)
{
    apr_interval_time_t time;

    (void)config;
    if (!okta_parse_duration(value, &time) || time > CACHE_MAX)
        return okta_directive_error(cmd, value, "out of range; use 0 to 1h");
    return okta_set_number(cmd, &okta_settings_for(cmd)->introspection_cache, time, value);
}
