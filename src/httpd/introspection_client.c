/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/introspection_client.h"

#include "core/issuer.h"
#include "fetch/fetch.h"
#include "httpd/log.h"
#include "httpd/restart.h"
#include "httpd/secret_file.h"

#include <apr_strings.h>
#include <openssl/crypto.h>
#include <string.h>

bool okta_introspection_key_check(apr_pool_t *pool, const char *path, okta_error *error)
{
    apr_size_t length = 0;
    char *text = okta_secret_file_read(pool, path, &length, error);
    okta_client_key key;
    okta_error why = {""};
    bool good = text && okta_client_key_read(text, length, &key, &why);

    if (good)
        okta_client_key_clear(&key);
    else if (text)
        okta_error_set(error, "is of no use: %s", why.text);
    if (text)
        OPENSSL_cleanse(text, length);
    return good;
}

static apr_status_t forget_secret(void *secret)
{
    OPENSSL_cleanse(secret, strlen(secret));
    return APR_SUCCESS;
}

static apr_status_t forget_key(void *baton)
{
    okta_asking *asking = baton;

    okta_client_key_clear(&asking->key);
    return APR_SUCCESS;
}

/* Of a child they go with pchild: what is freed at exit comes behind OpenSSL's own clean-up. */
void okta_introspection_client_child_init(apr_pool_t *pchild)
{
    const apr_array_header_t *issuers = okta_registry_get()->issuers;

    for (int i = 0; i < issuers->nelts; i++)
        apr_pool_cleanup_register(pchild, &APR_ARRAY_IDX(issuers, i, okta_issuer *)->asking,
                                  forget_key, apr_pool_cleanup_null);
}

static bool needs_secret(const okta_issuer *issuer)
{
    return issuer->settings.introspection_method == OKTA_CLIENT_BASIC ||
           issuer->settings.introspection_method == OKTA_CLIENT_POST;
}

bool okta_introspection_has_client(const okta_issuer *issuer)
{
    const okta_asking *asking = &issuer->asking;

    if (!issuer->settings.introspection_client)
        return false;
    if (issuer->settings.introspection_method == OKTA_CLIENT_KEY)
        return asking->key.pkey != NULL;
    return !needs_secret(issuer) || asking->secret != NULL;
}

/* A restart goes on with what it had: what was read last lies in the process pool, by the source
 * and whom it is for. */
static const char *keep(apr_pool_t *process_pool, apr_pool_t *ptemp, const okta_issuer *issuer,
                        const char *source, const char *read_now)
{
    const char *name = apr_pstrcat(ptemp, "mod_auth_okta.client ", issuer->url, " ", source, " ",
                                   issuer->settings.introspection_client, NULL);
    void *kept = NULL;

    apr_pool_userdata_get(&kept, name, process_pool);
    if (!read_now)
        return okta_is_restart() ? kept : NULL;
    if (!kept || strcmp(kept, read_now) != 0)
        apr_pool_userdata_set(apr_pstrdup(process_pool, read_now), name, NULL, process_pool);
    return read_now;
}

typedef struct settling {
    apr_pool_t *pconf, *ptemp, *process_pool;
} settling;

static void complain(const okta_issuer *issuer, const char *directive, const char *source,
                     const char *fault, bool goes_on)
{
    ap_log_error(APLOG_MARK, APLOG_EMERG, 0, issuer->server, OKTA_TAG_CONFIG "%s \"%s\": it %s%s",
                 directive, source, fault, goes_on ? "; the one of before serves on" : "");
}

static void read_secret(okta_issuer *issuer, const settling *s)
{
    const char *source = issuer->settings.introspection_secret, *now;
    okta_error error = {""};

    now = okta_secret_of(s->pconf, source, &error);
    issuer->asking.secret = keep(s->process_pool, s->ptemp, issuer, source, now);
    if (now)
        apr_pool_cleanup_register(s->pconf, now, forget_secret, apr_pool_cleanup_null);
    else
        complain(issuer, "OktaIntrospectionSecret", source, error.text, issuer->asking.secret);
}

static void read_key(okta_issuer *issuer, const settling *s)
{
    const char *path = issuer->settings.introspection_key, *kept;
    okta_asking *asking = &issuer->asking;
    okta_error error = {""};
    apr_size_t length = 0;
    char *now = okta_secret_file_read(s->ptemp, path, &length, &error);
    bool good = now && okta_client_key_read(now, length, &asking->key, &error);

    kept = keep(s->process_pool, s->ptemp, issuer, path, good ? now : NULL);
    if (!good) {
        complain(issuer, "OktaIntrospectionKey", path, error.text, kept);
        good = kept && okta_client_key_read(kept, strlen(kept), &asking->key, &error);
    }
    if (now)
        OPENSSL_cleanse(now, length);
    if (good)
        apr_pool_cleanup_register(s->pconf, asking, forget_key, apr_pool_cleanup_null);
}

static void read_credentials(okta_issuer *issuer, const settling *s)
{
    const okta_issuer_settings *settings = &issuer->settings;

    if (!settings->introspection_client)
        return;
    if (needs_secret(issuer) && settings->introspection_secret)
        read_secret(issuer, s);
    else if (settings->introspection_method == OKTA_CLIENT_KEY && settings->introspection_key)
        read_key(issuer, s);
}

/* Answers that were given to another client, or came under another trust, are others. */
static bool mix_salt(okta_issuer *issuer, apr_pool_t *ptemp)
{
    const okta_issuer_settings *settings = &issuer->settings;
    const char *text =
        apr_psprintf(ptemp, "%s %s %s %d %s", issuer->url,
                     settings->introspection_uri ? settings->introspection_uri : "",
                     settings->introspection_client ? settings->introspection_client : "",
                     (int)settings->introspection_method, issuer->trust.text);

    /* not okta_digest, which keeps something for the thread: the parent unloads this module */
    return EVP_Q_digest(NULL, "SHA256", NULL, text, strlen(text), issuer->asking.salt, NULL) == 1;
}

static apr_status_t clean_up_curl(void *unused)
{
    (void)unused;
    okta_fetch_clean_up();
    return APR_SUCCESS;
}

int okta_introspection_settle(apr_pool_t *pconf, apr_pool_t *ptemp, server_rec *server)
{
    const okta_registry *registry = okta_registry_get();
    const settling s = {pconf, ptemp, server->process->pool};
    bool good = true;

    if (!registry->introspects)
        return OK;
    if (!okta_fetch_set_up()) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, server, OKTA_TAG_CONFIG "libcurl cannot start");
        return okta_ends_a_start(server, "no issuer is asked about tokens, which get 503");
    }
    apr_pool_cleanup_register(pconf, NULL, clean_up_curl, apr_pool_cleanup_null);
    for (int i = 0; i < registry->issuers->nelts; i++) {
        okta_issuer *issuer = APR_ARRAY_IDX(registry->issuers, i, okta_issuer *);
        const char *path = issuer->url + okta_origin_length(issuer->url);

        if (issuer->settings.introspection == OKTA_INTROSPECTION_OFF)
            continue;
        issuer->asking.has_no_path = !*path || strcmp(path, "/") == 0;
        read_credentials(issuer, &s);
        good = mix_salt(issuer, ptemp) && okta_introspection_has_client(issuer) && good;
    }
    return good ? OK
                : okta_ends_a_start(server, "the issuer is not asked about tokens that need it, "
                                            "which get 503");
}
