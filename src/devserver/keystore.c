/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/keystore.h"

#include "devserver/segment.h"
#include <apr_atomic.h>
#include <apr_thread_mutex.h>
#include <http_log.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdbool.h>
#include <stdlib.h>

APLOG_USE_MODULE(okta_devserver);

#define NAME "okta-devserver"

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

static okta_dev_segment *segment;
static shared_keys *shared;

static apr_thread_mutex_t *parsed_mutex; /* guards the next line and every users field */
static okta_dev_keys *parsed;

void okta_dev_keystore_register(apr_pool_t *pconf)
{
    okta_dev_segment_register(pconf, NAME);
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

static apr_status_t fill(server_rec *s, void *memory)
{
    static const okta_dev_key_role at_start[] = {OKTA_DEV_KEY_CURRENT, OKTA_DEV_KEY_NEXT,
                                                 OKTA_DEV_KEY_UNPUBLISHED};
    shared_keys *keys = memory;
    char cause[256];
    for (size_t i = 0; i < sizeof(at_start) / sizeof(at_start[0]); i++) {
        if (!generate(&keys->key[at_start[i]])) {
            ap_log_error(APLOG_MARK, APLOG_EMERG, 0, s,
                         "OKTA-DEV: OpenSSL cannot make an RSA-2048 key: %s", openssl_cause(cause));
            return APR_EGENERAL;
        }
    }
    apr_atomic_set32(&keys->generation, 1);
    return APR_SUCCESS;
}

apr_status_t okta_dev_keystore_open(server_rec *s)
{
    apr_status_t rv = okta_dev_segment_open(s, NAME, sizeof(shared_keys), fill, &segment);
    if (rv == APR_SUCCESS) {
        shared = segment->memory;
    }
    return rv;
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
    if (okta_dev_segment_child_init(s, pchild, NAME, segment) != APR_SUCCESS ||
        apr_thread_mutex_create(&parsed_mutex, APR_THREAD_MUTEX_DEFAULT, pchild) != APR_SUCCESS) {
        parsed_mutex = NULL;
        return;
    }
    apr_pool_cleanup_register(pchild, NULL, forget_parsed, apr_pool_cleanup_null);
}

static apr_status_t copy_shared(shared_keys *copy)
{
    apr_status_t rv = apr_global_mutex_lock(segment->mutex);
    if (rv == APR_SUCCESS) {
        *copy = *shared;
        rv = apr_global_mutex_unlock(segment->mutex);
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
    rv = apr_global_mutex_lock(segment->mutex);
    if (rv == APR_SUCCESS) {
        shared->key[OKTA_DEV_KEY_PREVIOUS] = shared->key[OKTA_DEV_KEY_CURRENT];
        shared->key[OKTA_DEV_KEY_CURRENT] = shared->key[OKTA_DEV_KEY_NEXT];
        shared->key[OKTA_DEV_KEY_NEXT] = fresh;
        apr_atomic_inc32(&shared->generation);
        rv = apr_global_mutex_unlock(segment->mutex);
    }
    if (rv != APR_SUCCESS) {
        ap_log_rerror(APLOG_MARK, APLOG_CRIT, rv, r, "OKTA-DEV: cannot lock the shared keys");
    }
    OPENSSL_cleanse(&fresh, sizeof(fresh));
    return rv;
}
