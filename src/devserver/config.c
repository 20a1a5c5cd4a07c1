/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/config.h"

#include <apr_strings.h>
#include <apr_uri.h>
#include <openssl/err.h>

#define DEFAULT_AUDIENCE "api://default"
#define DEFAULT_TOKEN_LIFETIME 3600
#define DEFAULT_KEYS_MAX_AGE 3600
#define MAX_TOKEN_LIFETIME 86400
#define MAX_KEYS_MAX_AGE 31536000

void *okta_dev_config_create(apr_pool_t *p, char *section)
{
    okta_dev_config *cfg = apr_pcalloc(p, sizeof(*cfg));
    (void)section;
    cfg->clients = apr_array_make(p, 0, sizeof(okta_dev_client));
    cfg->token_lifetime = -1;
    cfg->keys_max_age = -1;
    cfg->access_policy = -1;
    return cfg;
}

void *okta_dev_config_merge(apr_pool_t *p, void *outer, void *inner)
{
    const okta_dev_config *base = outer;
    const okta_dev_config *add = inner;
    okta_dev_config *cfg = apr_pmemdup(p, add, sizeof(*add));
    if (!add->issuer) {
        cfg->issuer = base->issuer;
        cfg->issuer_path = base->issuer_path;
    }
    if (!add->audience) {
        cfg->audience = base->audience;
    }
    if (apr_is_empty_array(add->clients)) {
        cfg->clients = base->clients;
    }
    if (!add->recipient) {
        cfg->recipient = base->recipient;
    }
    if (add->token_lifetime < 0) {
        cfg->token_lifetime = base->token_lifetime;
    }
    if (add->keys_max_age < 0) {
        cfg->keys_max_age = base->keys_max_age;
    }
    if (add->access_policy < 0) {
        cfg->access_policy = base->access_policy;
    }
    return cfg;
}

const char *okta_dev_config_audience(const okta_dev_config *cfg)
{
    return cfg->audience ? cfg->audience : DEFAULT_AUDIENCE;
}

int okta_dev_config_token_lifetime(const okta_dev_config *cfg)
{
    return cfg->token_lifetime < 0 ? DEFAULT_TOKEN_LIFETIME : cfg->token_lifetime;
}

int okta_dev_config_keys_max_age(const okta_dev_config *cfg)
{
    return cfg->keys_max_age < 0 ? DEFAULT_KEYS_MAX_AGE : cfg->keys_max_age;
}

bool okta_dev_config_access_policy(const okta_dev_config *cfg)
{
    return cfg->access_policy != 0;
}

static okta_dev_client *find_client(const okta_dev_config *cfg, const char *id)
{
    for (int i = 0; i < cfg->clients->nelts; i++) {
        okta_dev_client *client = &APR_ARRAY_IDX(cfg->clients, i, okta_dev_client);
        if (strcmp(client->id, id) == 0) {
            return client;
        }
    }
    return NULL;
}

const okta_dev_client *okta_dev_config_client(const okta_dev_config *cfg, const char *id)
{
    return find_client(cfg, id);
}

bool okta_dev_is_scope(const char *scope)
{
    if (!*scope) {
        return false;
    }
    for (const char *c = scope; *c; c++) {
        if (*c <= 0x20 || *c > 0x7e || *c == '"' || *c == '\\') {
            return false;
        }
    }
    return true;
}

static bool is_visible_ascii(const char *s)
{
    if (!*s) {
        return false;
    }
    for (; *s; s++) {
        if (*s <= 0x20 || *s > 0x7e) {
            return false;
        }
    }
    return true;
}

static const char *set_issuer(cmd_parms *cmd, void *dir, const char *url)
{
    okta_dev_config *cfg = dir;
    apr_uri_t uri;
    size_t length = strlen(url);

    if (!is_visible_ascii(url) || strpbrk(url, "\"\\<>") ||
        apr_uri_parse(cmd->pool, url, &uri) != APR_SUCCESS || !uri.scheme || !uri.hostname ||
        (strcmp(uri.scheme, "http") != 0 && strcmp(uri.scheme, "https") != 0) || uri.user) {
        return apr_psprintf(cmd->pool,
                            "OktaDevIssuer %s: not an issuer URL; write it like "
                            "http://127.0.0.1:8080/oauth2/default",
                            url);
    }
    if (strpbrk(url, "?#")) {
        return apr_psprintf(cmd->pool,
                            "OktaDevIssuer %s: an issuer has no query and no fragment; leave out "
                            "everything from the first \"?\" or \"#\" on",
                            url);
    }
    if (url[length - 1] == '/') {
        return apr_psprintf(cmd->pool,
                            "OktaDevIssuer %s: remove the slash at the end; issuers are compared "
                            "character by character, and Okta's have none",
                            url);
    }
    cfg->issuer = url;
    cfg->issuer_path = uri.path ? uri.path : "";
    return NULL;
}

static const char *set_audience(cmd_parms *cmd, void *dir, const char *audience)
{
    okta_dev_config *cfg = dir;
    if (!is_visible_ascii(audience)) {
        return apr_psprintf(cmd->pool,
                            "OktaDevAudience \"%s\": write one audience in printable ASCII without "
                            "spaces, like api://default",
                            audience);
    }
    cfg->audience = audience;
    return NULL;
}

static const char *add_client(cmd_parms *cmd, void *dir, int argc, char *const argv[])
{
    okta_dev_config *cfg = dir;
    apr_array_header_t *clients;
    apr_array_header_t *scopes = apr_array_make(cmd->pool, 4, sizeof(const char *));
    okta_dev_client *client;

    if (argc < 2) {
        return "OktaDevClient takes a client id, a client secret and the scopes the client may "
               "ask for";
    }
    if (!is_visible_ascii(argv[0]) || !is_visible_ascii(argv[1])) {
        return "OktaDevClient: client id and secret are printable ASCII without spaces";
    }
    if (okta_dev_config_client(cfg, argv[0])) {
        return apr_psprintf(cmd->pool,
                            "OktaDevClient %s: declared twice in one section; keep one line and "
                            "list all of the client's scopes there",
                            argv[0]);
    }
    for (int i = 2; i < argc; i++) {
        if (!okta_dev_is_scope(argv[i])) {
            return apr_psprintf(cmd->pool,
                                "OktaDevClient %s: \"%s\" is not a scope (RFC 6749 section 3.3: "
                                "printable ASCII without space, quote and backslash)",
                                argv[0], argv[i]);
        }
        APR_ARRAY_PUSH(scopes, const char *) = argv[i];
    }
    clients = apr_array_copy(cmd->pool, cfg->clients);
    client = apr_array_push(clients);
    client->id = argv[0];
    client->secret = argv[1];
    client->scopes = scopes;
    client->actors = NULL;
    client->require_dpop = false;
    cfg->clients = clients;
    return NULL;
}

static const char *no_such_client(cmd_parms *cmd, const char *id)
{
    return apr_psprintf(cmd->pool,
                        "%s %s: no OktaDevClient line above it in this section has that client id; "
                        "add one, or correct the id",
                        cmd->cmd->name, id);
}

static const char *require_dpop(cmd_parms *cmd, void *dir, const char *id)
{
    okta_dev_client *client = find_client(dir, id);
    if (!client) {
        return no_such_client(cmd, id);
    }
    client->require_dpop = true;
    return NULL;
}

static const char *set_actors(cmd_parms *cmd, void *dir, int argc, char *const argv[])
{
    apr_array_header_t *actors = apr_array_make(cmd->pool, 2, sizeof(const char *));
    okta_dev_client *client;

    if (argc < 2) {
        return "OktaDevActor takes a client id and the sub of each actor, the outermost first";
    }
    client = find_client(dir, argv[0]);
    if (!client) {
        return no_such_client(cmd, argv[0]);
    }
    if (client->actors) {
        return apr_psprintf(cmd->pool,
                            "OktaDevActor %s: declared twice in one section; keep one line and "
                            "list all of the actors there, the outermost first",
                            argv[0]);
    }
    for (int i = 1; i < argc; i++) {
        if (!is_visible_ascii(argv[i])) {
            return apr_psprintf(cmd->pool,
                                "OktaDevActor %s: \"%s\" is no sub; write it in printable ASCII "
                                "without spaces",
                                argv[0], argv[i]);
        }
        APR_ARRAY_PUSH(actors, const char *) = argv[i];
    }
    client->actors = actors;
    return NULL;
}

static const char *set_recipient(cmd_parms *cmd, void *dir, const char *path)
{
    okta_dev_config *cfg = dir;
    okta_dev_recipient *recipient = apr_pcalloc(cmd->pool, sizeof(*recipient));
    const char *file = ap_server_root_relative(cmd->pool, path);
    const char *wrong = file ? okta_dev_recipient_read(cmd->pool, file, recipient) : "no path";

    if (wrong) {
        ERR_clear_error();
        return apr_psprintf(cmd->pool, "OktaDevEncryptTo %s: %s", path, wrong);
    }
    cfg->recipient = recipient;
    return NULL;
}

static const char *set_access_policy(cmd_parms *cmd, void *dir, int on)
{
    okta_dev_config *cfg = dir;
    (void)cmd;
    cfg->access_policy = on != 0;
    return NULL;
}

static const char *parse_seconds(cmd_parms *cmd, const char *text, int min, int max, int *seconds)
{
    char *end;
    apr_int64_t value = apr_strtoi64(text, &end, 10);
    if (end == text || *end || value < min || value > max) {
        return apr_psprintf(cmd->pool, "%s %s: write a number of seconds from %d to %d",
                            cmd->cmd->name, text, min, max);
    }
    *seconds = (int)value;
    return NULL;
}

static const char *set_token_lifetime(cmd_parms *cmd, void *dir, const char *text)
{
    okta_dev_config *cfg = dir;
    return parse_seconds(cmd, text, 1, MAX_TOKEN_LIFETIME, &cfg->token_lifetime);
}

static const char *set_keys_max_age(cmd_parms *cmd, void *dir, const char *text)
{
    okta_dev_config *cfg = dir;
    return parse_seconds(cmd, text, 0, MAX_KEYS_MAX_AGE, &cfg->keys_max_age);
}

#define ANYWHERE_BUT_HTACCESS (RSRC_CONF | ACCESS_CONF)

const command_rec okta_dev_directives[] = {
    AP_INIT_TAKE1("OktaDevIssuer", set_issuer, NULL, ANYWHERE_BUT_HTACCESS,
                  "issuer URL of the development authorization server; without it the server's "
                  "name, its port and the location's path"),
    AP_INIT_TAKE1("OktaDevAudience", set_audience, NULL, ANYWHERE_BUT_HTACCESS,
                  "aud of the tokens; default " DEFAULT_AUDIENCE),
    AP_INIT_TAKE_ARGV("OktaDevClient", add_client, NULL, ANYWHERE_BUT_HTACCESS,
                      "client id, client secret, scopes the client may ask for (none: any); "
                      "repeatable"),
    AP_INIT_ITERATE("OktaDevRequireDpop", require_dpop, NULL, ANYWHERE_BUT_HTACCESS,
                    "ids of clients whose token requests need a DPoP proof"),
    AP_INIT_TAKE_ARGV("OktaDevActor", set_actors, NULL, ANYWHERE_BUT_HTACCESS,
                      "client id and the sub of each actor, the outermost first: the client's "
                      "tokens look like those of agents"),
    AP_INIT_TAKE1(
        "OktaDevEncryptTo", set_recipient, NULL, ANYWHERE_BUT_HTACCESS,
        "file with the public key (PEM) that tokens are encrypted to where a request asks "
        "for it by dev_encrypt"),
    AP_INIT_FLAG("OktaDevAccessPolicy", set_access_policy, NULL, ANYWHERE_BUT_HTACCESS,
                 "Off: every token request is denied, as by a server of Okta that has no access "
                 "policy yet; default On"),
    AP_INIT_TAKE1("OktaDevTokenLifetime", set_token_lifetime, NULL, ANYWHERE_BUT_HTACCESS,
                  "seconds a token is valid; default 3600"),
    AP_INIT_TAKE1("OktaDevKeysMaxAge", set_keys_max_age, NULL, ANYWHERE_BUT_HTACCESS,
                  "max-age of the key set in seconds; default 3600"),
    {.name = NULL}};
