/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/shared_cache.h"

#include "httpd/log.h"
#include "httpd/registry.h"
#include "httpd/restart.h"
#include "httpd/shared_calls.h"
#include "httpd/shared_key.h"

#include <ap_provider.h>
#include <apr_allocator.h>
#include <apr_strings.h>
#include <apr_thread_mutex.h>
#include <openssl/crypto.h>
#include <string.h>
#include <unistd.h>
#include <util_mutex.h>

#define MUTEX_TYPE "okta-shared-cache"
/* of the entries in the store: at most 15 characters */
#define NAMESPACE "mod_auth_okta"
#define LIFE_MIN 2                     /* seconds, of an entry */
#define FREE_MAX ((apr_size_t)1 << 20) /* bytes that are kept */

/* A store that was made. */
typedef struct opened {
    const ap_socache_provider_t *provider;
    ap_socache_instance_t *instance;
    apr_global_mutex_t *mutex; /* NULL: it needs none */
    apr_pool_t *pool;          /* of its own */
    server_rec *server;
    pid_t parent;
    unsigned char key[OKTA_SEALED_KEY_BYTES];
    bool has_key;
} opened;

static opened *current;

bool okta_shared_cache_is_wanted(void)
{
    const okta_shared_cache *said = okta_registry_get()->global.shared_cache;

    return said && said->leaves_host;
}

const unsigned char *okta_shared_cache_key(void)
{
    return current && current->has_key ? current->key : NULL;
}

void okta_shared_cache_register_mutex(apr_pool_t *pconf)
{
    ap_mutex_register(pconf, MUTEX_TYPE, NULL, APR_LOCK_DEFAULT, 0);
}

static const ap_socache_provider_t *provider_of(const okta_shared_cache *said)
{
    return ap_lookup_provider(AP_SOCACHE_PROVIDER_GROUP, said->provider,
                              AP_SOCACHE_PROVIDER_VERSION);
}

static void judge_store(okta_judge *judge, const okta_shared_cache *said)
{
    const ap_socache_provider_t *provider = provider_of(said);
    ap_socache_instance_t *instance;
    const char *fault;

    if (!provider) {
        okta_complain(judge, judge->main_server,
                      "OktaSharedCache \"%s\": httpd has no such provider; load its module, as in "
                      "LoadModule socache_%s_module modules/mod_socache_%s.so, or name another one",
                      said->provider, said->provider, said->provider);
        return;
    }
    fault = provider->create(&instance, said->arguments, judge->pool, judge->pool);
    if (fault)
        okta_complain(judge, judge->main_server, "OktaSharedCache \"%s\": its provider says: %s",
                      said->provider, fault);
}

void okta_shared_cache_judge(okta_judge *judge)
{
    const okta_global_config *global = &okta_registry_get()->global;
    const okta_shared_cache *said = global->shared_cache;
    unsigned char key[OKTA_SEALED_KEY_BYTES];
    okta_error error = {""};

    if (said)
        judge_store(judge, said);
    if (said && !said->leaves_host)
        okta_remark(judge, judge->main_server,
                    "OktaSharedCache \"%s\": it is of this host alone, whose processes share "
                    "everything without it; it changes nothing. For several hosts use redis or "
                    "memcache",
                    said->provider);
    if (said && said->leaves_host && !global->shared_cache_key)
        okta_complain(judge, judge->main_server,
                      "OktaSharedCache \"%s\": others can reach it, and there is no key to seal "
                      "what is put there; set OktaSharedCacheKey file:/path, the same on all hosts",
                      said->provider);
    if (!said && global->shared_cache_key)
        okta_remark(judge, judge->main_server,
                    "OktaSharedCacheKey \"%s\": without OktaSharedCache it makes DPoP nonces of "
                    "this host good on others, and nothing else",
                    global->shared_cache_key);
    if (global->shared_cache_key &&
        !okta_shared_key_read(judge->pool, global->shared_cache_key, key, &error))
        okta_complain(judge, judge->main_server, "OktaSharedCacheKey \"%s\": it %s",
                      global->shared_cache_key, error.text);
    OPENSSL_cleanse(key, sizeof(key));
}

/* Nobody's: httpd's own end does not close connections that a stuck thread has in hand. Providers
 * make pools in it from several threads, so they need an allocator with a lock, as httpd's have. */
static apr_pool_t *own_pool(void)
{
    apr_allocator_t *allocator;
    apr_thread_mutex_t *lock;
    apr_pool_t *pool;

    if (apr_allocator_create(&allocator) != APR_SUCCESS)
        return NULL;
    if (apr_pool_create_unmanaged_ex(&pool, NULL, allocator) != APR_SUCCESS) {
        apr_allocator_destroy(allocator);
        return NULL;
    }
    apr_allocator_owner_set(allocator, pool);
    if (apr_thread_mutex_create(&lock, APR_THREAD_MUTEX_DEFAULT, pool) != APR_SUCCESS) {
        apr_pool_destroy(pool);
        return NULL;
    }
    apr_allocator_mutex_set(allocator, lock);
    /* providers read through it what others may have put there, of any size */
    apr_allocator_max_free_set(allocator, FREE_MAX);
    return pool;
}

/* In the parent. */
static apr_status_t close_store(void *data)
{
    opened *one = data;

    if (current != one || getpid() != one->parent)
        return APR_SUCCESS;
    current = NULL;
    OPENSSL_cleanse(one->key, sizeof(one->key));
    if (one->instance)
        one->provider->destroy(one->instance, one->server);
    apr_pool_destroy(one->pool);
    return APR_SUCCESS;
}

/* In a child that ends, and has no thread in it any more. */
static apr_status_t leave_store(void *data)
{
    opened *one = data;

    current = NULL;
    OPENSSL_cleanse(one->key, sizeof(one->key));
    if (okta_shared_calls_have_ended())
        apr_pool_destroy(one->pool);
    return APR_SUCCESS;
}

/* false: said why. */
static bool open_store(opened *one, const okta_shared_cache *said, apr_pool_t *pconf,
                       apr_pool_t *ptemp)
{
    static const struct ap_socache_hints hints = {OKTA_SEALED_NAME_BYTES, 64,
                                                  apr_time_from_sec(60)};
    ap_socache_instance_t *instance = NULL;
    const char *fault;
    apr_status_t status = APR_EGENERAL;

    one->provider = provider_of(said);
    fault = one->provider ? one->provider->create(&instance, said->arguments, ptemp, one->pool)
                          : "httpd has no such provider";
    if (!fault && (one->provider->flags & AP_SOCACHE_FLAG_NOTMPSAFE))
        status = ap_global_mutex_create(&one->mutex, NULL, MUTEX_TYPE, NULL, one->server, pconf, 0);
    else
        status = fault ? APR_EGENERAL : APR_SUCCESS;
    if (status == APR_SUCCESS)
        status = one->provider->init(instance, NAMESPACE, &hints, one->server, one->pool);
    if (status == APR_SUCCESS) {
        one->instance = instance;
        return true;
    }
    ap_log_error(APLOG_MARK, APLOG_EMERG, status, one->server,
                 OKTA_TAG_CONFIG "OktaSharedCache \"%s\": the store cannot be made: %s",
                 said->provider, fault ? fault : "its provider says why above");
    return false;
}

int okta_shared_cache_create(apr_pool_t *pconf, apr_pool_t *ptemp, server_rec *server)
{
    const okta_global_config *global = &okta_registry_get()->global;
    const okta_shared_cache *said = global->shared_cache;
    apr_pool_t *pool;
    bool good = true;
    opened *one;

    if (!said && !global->shared_cache_key)
        return OK;
    pool = own_pool();
    if (!pool)
        return HTTP_INTERNAL_SERVER_ERROR;
    one = apr_pcalloc(pool, sizeof(*one));
    one->pool = pool;
    one->server = server;
    one->parent = getpid();
    if (global->shared_cache_key)
        one->has_key = good =
            okta_shared_key_settle(ptemp, server, global->shared_cache_key, one->key);
    /* what is of this host alone is not needed */
    if (said && said->leaves_host)
        good = open_store(one, said, pconf, ptemp) && good;
    current = one;
    okta_shared_calls_share(pconf);
    apr_pool_pre_cleanup_register(pconf, one, close_store);
    return good ? OK : okta_ends_a_start(server, "requests with a DPoP proof get 503");
}

int okta_shared_cache_sealer(server_rec *server, const char *purpose, const char *loss,
                             okta_sealer *sealer, bool *made)
{
    const unsigned char *key = okta_shared_cache_key();

    *made = false;
    if (!okta_shared_cache_is_wanted() || !key)
        return OK;
    *made = okta_sealer_init(sealer, key, purpose);
    if (*made)
        return OK;
    ap_log_error(APLOG_MARK, APLOG_EMERG, 0, server,
                 OKTA_TAG_CONFIG "OktaSharedCacheKey: OpenSSL derives no key from it (HKDF and "
                                 "HMAC with SHA-256 are needed)");
    return okta_ends_a_start(server, loss);
}

void okta_shared_cache_child_init(apr_pool_t *pchild, server_rec *server)
{
    if (!current)
        return;
    /* it runs when the threads have been ended */
    if (getpid() != current->parent)
        apr_pool_cleanup_register(pchild, current, leave_store, apr_pool_cleanup_null);
    if (!current->instance)
        return;
    if (current->mutex &&
        apr_global_mutex_child_init(&current->mutex, apr_global_mutex_lockfile(current->mutex),
                                    pchild) != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, server,
                     OKTA_TAG_CONFIG "OktaSharedCache: a child cannot use the mutex " MUTEX_TYPE
                                     "; its requests with a DPoP proof get 503 (see Mutex)");
        return;
    }
    okta_shared_calls_child_init(pchild, server);
}

static bool lock(const opened *one)
{
    return !one->mutex || apr_global_mutex_lock(one->mutex) == APR_SUCCESS;
}

static void unlock(const opened *one)
{
    if (one->mutex)
        apr_global_mutex_unlock(one->mutex);
}

apr_status_t okta_shared_cache_put(const unsigned char name[OKTA_SEALED_NAME_BYTES], int64_t end,
                                   const unsigned char *bytes, size_t length, apr_pool_t *pool)
{
    const opened *one = current;
    apr_status_t status;

    if (!one || !one->instance || !lock(one))
        return APR_EGENERAL;
    /* mod_socache_redis counts the seconds that are left without a sign: of one that has passed it
     * makes 136 years, in a store that lets go of nothing */
    if (end < apr_time_sec(apr_time_now()) + LIFE_MIN)
        status = APR_TIMEUP;
    else
        status = one->provider->store(one->instance, one->server, name, OKTA_SEALED_NAME_BYTES,
                                      apr_time_from_sec(end), (unsigned char *)bytes,
                                      (unsigned int)length, pool);
    unlock(one);
    return status;
}

apr_status_t okta_shared_cache_get(const unsigned char name[OKTA_SEALED_NAME_BYTES],
                                   unsigned char *bytes, size_t *length, apr_pool_t *pool)
{
    const opened *one = current;
    unsigned int read = (unsigned int)*length;
    apr_status_t status;

    if (!one || !one->instance || !lock(one))
        return APR_EGENERAL;
    status = one->provider->retrieve(one->instance, one->server, name, OKTA_SEALED_NAME_BYTES,
                                     bytes, &read, pool);
    unlock(one);
    *length = read;
    return status;
}
