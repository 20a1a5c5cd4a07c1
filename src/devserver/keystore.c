#include "devserver/keystore.h"

#include <apr_atomic.h>
#include <apr_global_mutex.h>
#include <apr_shm.h>
#include <apr_thread_mutex.h>
#include <http_log.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdbool.h>
#include <stdlib.h>
#include <util_mutex.h>

APLOG_USE_MODULE(okta_devserver);

#define MUTEX_TYPE "okta-devserver"
#define RETAINED_KEY "mod_okta_devserver.keys"

typedef struct {
    apr_uint32_t size; /* 0: no key */
    unsigned char der[OKTA_DEV_DER_MAX];
} shared_key;

/* Lies in anonymous shared memory: parent and children see the same bytes, no one else does. The
 * keys are written and read under the mutex; the generation may be read without. */
typedef struct {
    apr_uint32_t generation;
    shared_key key[OKTA_DEV_KEY_ROLES];
} shared_keys;

/* Kept in the process pool, which outlives restarts: old and new children then share keys and
 * mutex while a graceful restart is under way. Holds no pointer into this DSO, which httpd unloads
 * and loads again meanwhile. */
typedef struct {
    apr_size_t layout; /* sizeof(shared_keys) of the build that made it */
    apr_shm_t *shm;
    apr_global_mutex_t *mutex;
} retained_store;

static retained_store *retained;
static shared_keys *shared;

static apr_thread_mutex_t *parsed_mutex; /* guards the next line and every users field */
static okta_dev_keys *parsed;

void okta_dev_keystore_register(apr_pool_t *pconf)
{
    ap_mutex_register(pconf, MUTEX_TYPE, NULL, APR_LOCK_DEFAULT, 0);
}

static const char *openssl_cause(char text[256])
{
    unsigned long code = ERR_peek_last_error();
    ERR_error_string_n(code, text, 256);
    ERR_clear_error();
    return code ? text : "out of memory";
}

static bool generate(shared_key *key)
{
    size_t size = okta_dev_key_generate(key->der);
    key->size = (apr_uint32_t)size;
    return size > 0;
}

static apr_status_t fill(shared_keys *keys)
{
    static const okta_dev_key_role at_start[] = {OKTA_DEV_KEY_CURRENT, OKTA_DEV_KEY_NEXT,
                                                 OKTA_DEV_KEY_UNPUBLISHED};
    memset(keys, 0, sizeof(*keys));
    for (size_t i = 0; i < sizeof(at_start) / sizeof(at_start[0]); i++) {
        if (!generate(&keys->key[at_start[i]])) {
            return APR_EGENERAL;
        }
    }
    apr_atomic_set32(&keys->generation, 1);
    return APR_SUCCESS;
}

static apr_status_t create(server_rec *s, retained_store *store)
{
    apr_pool_t *pool = s->process->pool;
    char cause[256];
    apr_status_t rv = apr_shm_create(&store->shm, sizeof(shared_keys), NULL, pool);
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, rv, s,
                     "OKTA-DEV: no shared memory for the development keys (%" APR_SIZE_T_FMT
                     " bytes, anonymous)",
                     sizeof(shared_keys));
        return rv;
    }
    rv = ap_global_mutex_create(&store->mutex, NULL, MUTEX_TYPE, NULL, s, pool, 0);
    if (rv != APR_SUCCESS) {
        return rv; /* logged by httpd */
    }
    rv = fill(apr_shm_baseaddr_get(store->shm));
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, s,
                     "OKTA-DEV: OpenSSL cannot make an RSA-2048 key: %s", openssl_cause(cause));
        return rv;
    }
    store->layout = sizeof(shared_keys);
    return APR_SUCCESS;
}

apr_status_t okta_dev_keystore_open(server_rec *s)
{
    apr_pool_t *pool = s->process->pool;
    void *kept = NULL;

    apr_pool_userdata_get(&kept, RETAINED_KEY, pool);
    retained = kept;
    if (!retained || retained->layout != sizeof(shared_keys)) {
        retained = apr_pcalloc(pool, sizeof(*retained));
        apr_status_t rv = create(s, retained);
        if (rv != APR_SUCCESS) {
            return rv;
        }
        apr_pool_userdata_set(retained, RETAINED_KEY, NULL, pool);
    }
    shared = apr_shm_baseaddr_get(retained->shm);
    return APR_SUCCESS;
}

static void drop(okta_dev_keys *keys)
{
    if (keys && --keys->users == 0) {
        for (int role = 0; role < OKTA_DEV_KEY_ROLES; role++) {
            okta_dev_key_free(keys->key[role]);
        }
        free(keys);
    }
}

static apr_status_t forget_parsed(void *unused)
{
    (void)unused;
    drop(parsed);
    parsed = NULL;
    return APR_SUCCESS;
}

void okta_dev_keystore_child_init(server_rec *s, apr_pool_t *pchild)
{
    apr_status_t rv = apr_global_mutex_child_init(
        &retained->mutex, apr_global_mutex_lockfile(retained->mutex), pchild);
    if (rv == APR_SUCCESS) {
        rv = apr_thread_mutex_create(&parsed_mutex, APR_THREAD_MUTEX_DEFAULT, pchild);
    }
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, rv, s,
                     "OKTA-DEV: this process cannot use the \"" MUTEX_TYPE "\" mutex; choose "
                     "another mechanism with the Mutex directive");
        parsed_mutex = NULL;
        return;
    }
    apr_pool_cleanup_register(pchild, NULL, forget_parsed, apr_pool_cleanup_null);
}

static apr_status_t copy_shared(shared_keys *copy)
{
    apr_status_t rv = apr_global_mutex_lock(retained->mutex);
    if (rv == APR_SUCCESS) {
        *copy = *shared;
        rv = apr_global_mutex_unlock(retained->mutex);
    }
    return rv;
}

static okta_dev_keys *parse_shared(request_rec *r)
{
    shared_keys copy;
    char cause[256];
    apr_status_t rv = copy_shared(&copy);
    okta_dev_keys *keys = rv == APR_SUCCESS ? calloc(1, sizeof(*keys)) : NULL;
    if (!keys) {
        ap_log_rerror(APLOG_MARK, APLOG_CRIT, rv, r, "OKTA-DEV: cannot read the shared keys");
        return NULL;
    }
    keys->generation = copy.generation;
    keys->users = 1;
    for (int role = 0; role < OKTA_DEV_KEY_ROLES; role++) {
        if (copy.key[role].size == 0) {
            continue;
        }
        keys->key[role] = okta_dev_key_parse(copy.key[role].der, copy.key[role].size);
        if (!keys->key[role]) {
            ap_log_rerror(APLOG_MARK, APLOG_CRIT, 0, r, "OKTA-DEV: cannot parse a shared key: %s",
                          openssl_cause(cause));
            drop(keys);
            keys = NULL;
            break;
        }
    }
    OPENSSL_cleanse(&copy, sizeof(copy));
    return keys;
}

static apr_status_t release(void *data)
{
    apr_thread_mutex_lock(parsed_mutex);
    drop(data);
    apr_thread_mutex_unlock(parsed_mutex);
    return APR_SUCCESS;
}

const okta_dev_keys *okta_dev_keystore_get(request_rec *r)
{
    okta_dev_keys *keys = NULL;

    if (!parsed_mutex) {
        return NULL;
    }
    apr_thread_mutex_lock(parsed_mutex);
    if (!parsed || parsed->generation != apr_atomic_read32(&shared->generation)) {
        okta_dev_keys *fresh = parse_shared(r);
        if (fresh) {
            drop(parsed);
            parsed = fresh;
        }
    }
    keys = parsed;
    if (keys) {
        keys->users++;
    }
    apr_thread_mutex_unlock(parsed_mutex);
    if (keys) {
        apr_pool_cleanup_register(r->pool, keys, release, apr_pool_cleanup_null);
    }
    return keys;
}

apr_status_t okta_dev_keystore_rotate(request_rec *r)
{
    shared_key fresh = {0}; /* its unused end gets shared as well */
    char cause[256];
    apr_status_t rv;

    /* Before the lock: the other processes need not wait for OpenSSL. */
    if (!generate(&fresh)) {
        ap_log_rerror(APLOG_MARK, APLOG_CRIT, 0, r,
                      "OKTA-DEV: OpenSSL cannot make an RSA-2048 key: %s", openssl_cause(cause));
        return APR_EGENERAL;
    }
    rv = apr_global_mutex_lock(retained->mutex);
    if (rv == APR_SUCCESS) {
        shared->key[OKTA_DEV_KEY_PREVIOUS] = shared->key[OKTA_DEV_KEY_CURRENT];
        shared->key[OKTA_DEV_KEY_CURRENT] = shared->key[OKTA_DEV_KEY_NEXT];
        shared->key[OKTA_DEV_KEY_NEXT] = fresh;
        apr_atomic_inc32(&shared->generation);
        rv = apr_global_mutex_unlock(retained->mutex);
    }
    if (rv != APR_SUCCESS) {
        ap_log_rerror(APLOG_MARK, APLOG_CRIT, rv, r, "OKTA-DEV: cannot lock the shared keys");
    }
    OPENSSL_cleanse(&fresh, sizeof(fresh));
    return rv;
}
