#include "httpd/keystore.h"

#include "httpd/jwks_file.h"
#include "httpd/log.h"

#include <ap_mpm.h>
#include <apr_shm.h>
#include <apr_strings.h>
#include <apr_thread_mutex.h>
#include <stdlib.h>

#define PREVIOUS_KEY "mod_auth_okta:keys"
#define SNAPSHOT_OVERHEAD 4096 /* issuer, URLs and the like beside the keys */
#define POLL_INTERVAL apr_time_from_msec(10)
#define WAITERS_SHARE 4 /* of a process's threads, how many may wait for an unknown kid */
#define RETRY_AFTER_MAX 60

/* What survives a restart, in the process pool. It holds no pointer into the module, which is
 * unloaded in between. */
typedef struct segment {
    apr_pool_t *pool;
    apr_shm_t *shm;
    int count;
    apr_size_t slot_size;
    const char **sources; /* issuer and configured place of its keys, one for each slot */
} segment;

/* A key set as this process has parsed it. */
typedef struct parsed {
    apr_thread_mutex_t *swap;  /* held to exchange or to reference keys, never while parsing */
    apr_thread_mutex_t *parse; /* held by the one thread that parses */
    okta_keyset *keys;
    _Atomic uint32_t generation;
} parsed;

static segment *current;
static parsed *process_sets;
static _Atomic int waiters;
static int max_waiters = 1;

static const char *source_of(apr_pool_t *pool, const okta_issuer *issuer)
{
    const okta_issuer_settings *settings = &issuer->settings;

    return apr_pstrcat(pool, issuer->url, " ",
                       settings->jwks_file  ? settings->jwks_file
                       : settings->jwks_uri ? settings->jwks_uri
                                            : "",
                       NULL);
}

static okta_slot *slot_at(const segment *in, int index)
{
    apr_uintptr_t base = (apr_uintptr_t)apr_shm_baseaddr_get(in->shm);

    /* APR keeps a word of its own in front, so the address is not aligned as the slots need it */
    base = (base + OKTA_SLOT_ALIGNMENT - 1) / OKTA_SLOT_ALIGNMENT * OKTA_SLOT_ALIGNMENT;
    return (okta_slot *)(base + (apr_size_t)index * in->slot_size);
}

okta_slot *okta_keystore_slot(const okta_issuer *issuer)
{
    return slot_at(current, issuer->index);
}

static okta_issuer *issuer_at(int index)
{
    return APR_ARRAY_IDX(okta_registry_get()->issuers, index, okta_issuer *);
}

/* Keys of the previous configuration are as good as when they were fetched; a restart is no reason
 * to ask again. */
static void take_over(const segment *from, const segment *to, int index, apr_pool_t *ptemp)
{
    okta_slot *slot = slot_at(to, index);
    okta_slot_state *state = okta_slot_state_of(slot);

    for (int i = 0; i < from->count; i++) {
        okta_slot *old = slot_at(from, i);
        okta_slot_state *old_state = okta_slot_state_of(old);
        size_t length;
        uint32_t generation;
        char *text;

        if (strcmp(from->sources[i], to->sources[index]) != 0)
            continue;
        text = apr_palloc(ptemp, okta_slot_capacity(old));
        if (!okta_slot_read(old, text, &length, &generation) ||
            !okta_slot_publish(slot, text, length))
            return;
        state->fetched_at = old_state->fetched_at;
        state->usable_until = old_state->usable_until;
        state->next_refresh = old_state->next_refresh;
        state->started_at = old_state->started_at;
        return;
    }
}

static bool publish_file(const okta_issuer *issuer, apr_pool_t *ptemp)
{
    okta_slot_state *state = okta_slot_state_of(okta_keystore_slot(issuer));
    const char *path = issuer->settings.jwks_file;
    okta_keyset *keys = NULL;
    okta_error error = {""};
    apr_size_t length;
    const char *text =
        okta_jwks_file_read(ptemp, path, okta_registry_get()->global.key_set_max_bytes, NULL, NULL,
                            &length, &keys, &error);
    bool good = text && okta_keystore_publish(issuer, path, text, length, &error);

    okta_keyset_unref(keys);
    if (!good) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, issuer->server,
                     OKTA_TAG_KEYS "OktaJwksFile \"%s\": it %s", path, error.text);
        return false;
    }
    state->fetched_at = apr_time_now();
    state->usable_until = state->next_refresh = INT64_MAX;
    return true;
}

static apr_status_t forget(void *unused)
{
    (void)unused;
    current = NULL;
    return APR_SUCCESS;
}

int okta_keystore_create(apr_pool_t *pconf, apr_pool_t *ptemp, server_rec *server)
{
    const okta_registry *registry = okta_registry_get();
    apr_pool_t *process_pool = server->process->pool, *pool;
    apr_size_t capacity = (apr_size_t)registry->global.key_set_max_bytes + SNAPSHOT_OVERHEAD;
    segment *previous = NULL, *next;
    void *kept = NULL;
    apr_status_t status;

    apr_pool_userdata_get(&kept, PREVIOUS_KEY, process_pool);
    previous = kept;
    apr_pool_create(&pool, process_pool);
    apr_pool_tag(pool, "okta_keys");
    next = apr_pcalloc(pool, sizeof(*next));
    next->pool = pool;
    next->count = registry->issuers->nelts;
    next->slot_size = okta_slot_size(capacity);
    next->sources = apr_pcalloc(pool, (apr_size_t)(next->count + 1) * sizeof(char *));
    status =
        apr_shm_create(&next->shm, next->slot_size * (apr_size_t)(next->count + 1), NULL, pool);
    if (status != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, status, server,
                     OKTA_TAG_KEYS "cannot get %lu bytes of shared memory for %d key sets",
                     (unsigned long)(next->slot_size * (apr_size_t)next->count), next->count);
        apr_pool_destroy(pool);
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    current = next;
    apr_pool_cleanup_register(pconf, NULL, forget, apr_pool_cleanup_null);
    for (int i = 0; i < next->count; i++) {
        okta_slot_init(slot_at(next, i), capacity);
        next->sources[i] = source_of(pool, issuer_at(i));
        if (issuer_at(i)->settings.jwks_file) {
            if (!publish_file(issuer_at(i), ptemp))
                return HTTP_INTERNAL_SERVER_ERROR;
        } else if (previous) {
            take_over(previous, next, i, ptemp);
        }
    }
    apr_pool_userdata_setn(next, PREVIOUS_KEY, NULL, process_pool);
    if (previous)
        apr_pool_destroy(previous->pool);
    return OK;
}

static apr_status_t release_sets(void *unused)
{
    (void)unused;
    for (int i = 0; process_sets && i < current->count; i++)
        okta_keyset_unref(process_sets[i].keys);
    process_sets = NULL;
    return APR_SUCCESS;
}

void okta_keystore_child_init(apr_pool_t *pchild)
{
    int threads = 1;

    if (!current)
        return;
    ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads);
    max_waiters = threads / WAITERS_SHARE > 1 ? threads / WAITERS_SHARE : 1;
    process_sets = apr_pcalloc(pchild, (apr_size_t)(current->count + 1) * sizeof(parsed));
    for (int i = 0; i < current->count; i++) {
        apr_thread_mutex_create(&process_sets[i].swap, APR_THREAD_MUTEX_DEFAULT, pchild);
        apr_thread_mutex_create(&process_sets[i].parse, APR_THREAD_MUTEX_DEFAULT, pchild);
    }
    apr_pool_cleanup_register(pchild, NULL, release_sets, apr_pool_cleanup_null);
}

static okta_keyset *reference(parsed *own)
{
    okta_keyset *keys;

    apr_thread_mutex_lock(own->swap);
    keys = own->keys ? okta_keyset_ref(own->keys) : NULL;
    apr_thread_mutex_unlock(own->swap);
    return keys;
}

static void replace(parsed *own, okta_keyset *keys, uint32_t generation)
{
    okta_keyset *old = NULL;

    apr_thread_mutex_lock(own->swap);
    if (keys) {
        old = own->keys;
        own->keys = keys;
    }
    own->generation = generation;
    apr_thread_mutex_unlock(own->swap);
    okta_keyset_unref(old);
}

/* Parse what the slot holds now; the previous set stays when that cannot be done. */
static void parse_current(const okta_issuer *issuer, parsed *own)
{
    const okta_slot *slot = okta_keystore_slot(issuer);
    char *text = malloc(okta_slot_capacity(slot) + 1);
    okta_snapshot snapshot;
    okta_error error = {""};
    uint32_t generation;
    size_t length;

    if (text && okta_slot_read(slot, text, &length, &generation)) {
        bool good = okta_snapshot_decode(&snapshot, text, length, issuer->url, &error);

        if (!good)
            ap_log_error(APLOG_MARK, APLOG_ERR, 0, issuer->server,
                         OKTA_TAG_KEYS
                         "the key set of issuer \"%s\" in shared memory is damaged: %s",
                         issuer->url, error.text);
        replace(own, good ? okta_keyset_ref(snapshot.keys) : NULL, generation);
        if (good)
            okta_snapshot_clear(&snapshot);
    }
    free(text);
}

okta_reason okta_keystore_get(const okta_issuer *issuer, okta_keyset **keys)
{
    okta_slot *slot = okta_keystore_slot(issuer);
    parsed *own = &process_sets[issuer->index];
    uint32_t generation = okta_slot_generation(slot);

    if (generation == 0 || okta_slot_state_of(slot)->usable_until < apr_time_now())
        return OKTA_KEYS_UNAVAILABLE;
    if (own->generation != generation) {
        bool first = own->generation == 0;

        if (first ? apr_thread_mutex_lock(own->parse) == APR_SUCCESS
                  : apr_thread_mutex_trylock(own->parse) == APR_SUCCESS) {
            if (own->generation != okta_slot_generation(slot))
                parse_current(issuer, own);
            apr_thread_mutex_unlock(own->parse);
        }
    }
    *keys = reference(own);
    return *keys ? OKTA_OK : OKTA_KEYS_UNAVAILABLE;
}

/* Whether the refresher will fetch before the deadline, or is at it. */
static bool help_is_coming(const okta_slot_state *state, apr_time_t now, apr_time_t deadline)
{
    const okta_global_config *global = &okta_registry_get()->global;

    if (state->in_flight)
        return true;
    if (state->failing)
        return state->next_refresh <= deadline;
    return state->started_at + global->key_cooldown <= now;
}

static bool poll_for(const okta_issuer *issuer, uint32_t generation)
{
    okta_slot *slot = okta_keystore_slot(issuer);
    const okta_slot_state *state = okta_slot_state_of(slot);
    apr_time_t now = apr_time_now();
    apr_time_t deadline = now + okta_registry_get()->global.key_wait;
    uint32_t finished = state->finished;

    for (; now < deadline; now = apr_time_now()) {
        if (okta_slot_generation(slot) != generation)
            return true;
        if (state->finished != finished && (generation || !help_is_coming(state, now, deadline)))
            break;
        apr_sleep(POLL_INTERVAL);
    }
    return okta_slot_generation(slot) != generation;
}

bool okta_keystore_await(const okta_issuer *issuer, uint32_t generation)
{
    okta_slot_state *state = okta_slot_state_of(okta_keystore_slot(issuer));
    apr_time_t now = apr_time_now();
    bool newer;

    if (issuer->settings.jwks_file)
        return false;
    state->wanted = 1;
    if (!help_is_coming(state, now, now + okta_registry_get()->global.key_wait))
        return false;
    /* Without any key nobody is served anyhow; an unknown kid must not take the threads of valid
     * tokens. */
    if (generation == 0)
        return poll_for(issuer, generation);
    newer = atomic_fetch_add(&waiters, 1) < max_waiters && poll_for(issuer, generation);
    atomic_fetch_sub(&waiters, 1);
    return newer;
}

int okta_keystore_retry_after(const okta_issuer *issuer)
{
    const okta_slot_state *state = okta_slot_state_of(okta_keystore_slot(issuer));
    apr_time_t wait = (state->next_refresh - apr_time_now()) / APR_USEC_PER_SEC + 1;

    return wait < 1 ? 1 : wait > RETRY_AFTER_MAX ? RETRY_AFTER_MAX : (int)wait;
}

bool okta_keystore_publish(const okta_issuer *issuer, const char *jwks_uri, const char *jwks,
                           size_t length, okta_error *error)
{
    okta_slot *slot = okta_keystore_slot(issuer);
    /* without times, so that the same keys make the same text */
    okta_snapshot snapshot = {.issuer = (char *)issuer->url, .jwks_uri = (char *)jwks_uri};
    char *text = okta_snapshot_encode(&snapshot, jwks, length);
    char *published = malloc(okta_slot_capacity(slot));
    size_t text_length = text ? strlen(text) : 0, published_length = 0;
    uint32_t generation;
    bool same = text && published &&
                okta_slot_read(slot, published, &published_length, &generation) &&
                published_length == text_length && memcmp(published, text, text_length) == 0;
    bool good = text && (same || okta_slot_publish(slot, text, text_length));

    if (!text)
        okta_error_set(error, "out of memory");
    else if (!good)
        okta_error_set(error, "the key set is larger than OktaKeySetMaxBytes");
    free(published);
    free(text);
    return good;
}
