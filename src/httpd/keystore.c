/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/keystore.h"

#include "core/monotonic.h"
#include "httpd/event.h"
#include "httpd/health.h"

#include <apr_strings.h>
#include <apr_thread_mutex.h>
#include <stdlib.h>

#define PARSE_PAUSE 200000 /* microseconds between two tries to parse what could not be parsed */

/* A key set as this process has parsed it. */
typedef struct parsed {
    apr_thread_mutex_t *swap;  /* held to exchange or to reference keys, never while parsing */
    apr_thread_mutex_t *parse; /* single flight: held by the one thread that parses */
    okta_keyset *keys;
    _Atomic uint32_t generation;
    _Atomic uint32_t unparsed; /* a later generation that could not be parsed; 0: none */
    _Atomic int why_unparsed;  /* an okta_reason */
    int64_t again_at;          /* when that is tried again, by okta_monotonic; under `parse` */
} parsed;

static parsed *process_sets;
static int process_count;

static const char *const outcomes[] = {
    [OKTA_SLOT_PUBLISHED] = "",
    [OKTA_SLOT_TOO_LARGE] = "the key set is larger than OktaKeySetMaxBytes",
    [OKTA_SLOT_BUSY] = "processes that stand still hold the memory for new keys",
    [OKTA_SLOT_TURN_OVER] = "another process refreshes",
};

bool okta_keystore_publish(const okta_issuer *issuer, okta_turn_number turn,
                           const okta_snapshot *snapshot, okta_error *error)
{
    okta_slot *slot = okta_shared_of(issuer)->keys;
    /* without times, so that the same keys make the same text */
    okta_snapshot timeless = {.issuer = issuer->url,
                              .jwks_uri = snapshot->jwks_uri,
                              .introspection_endpoint = snapshot->introspection_endpoint,
                              .etag = snapshot->etag,
                              .max_age = -1,
                              .trust = issuer->trust.text,
                              .jwks = snapshot->jwks};
    char *text = okta_snapshot_encode(&timeless);
    char *published = malloc(okta_slot_capacity(slot));
    size_t text_length = text ? strlen(text) : 0, published_length = 0;
    uint32_t generation;
    bool same = text && published &&
                okta_slot_read(slot, published, &published_length, &generation) &&
                published_length == text_length && memcmp(published, text, text_length) == 0;
    okta_slot_outcome outcome = OKTA_SLOT_PUBLISHED;

    if (text && !same)
        outcome =
            okta_slot_publish_in_turn(slot, turn, okta_shared_next_generation(), text, text_length);
    if (!text)
        okta_error_set_no_memory(error);
    else if (outcome != OKTA_SLOT_PUBLISHED)
        okta_error_set(error, "%s", outcomes[outcome]);
    free(published);
    free(text);
    return text && outcome == OKTA_SLOT_PUBLISHED;
}

static bool read_published(const okta_issuer *issuer, okta_snapshot *snapshot, uint32_t *generation,
                           okta_error *error)
{
    const okta_slot *slot = okta_shared_of(issuer)->keys;
    char *text = malloc(okta_slot_capacity(slot));
    size_t length;
    bool good = text && okta_slot_read(slot, text, &length, generation) &&
                okta_snapshot_decode(snapshot, text, length, issuer->url, error);

    if (!text)
        okta_error_set_no_memory(error);
    free(text);
    return good;
}

bool okta_keystore_snapshot(const okta_issuer *issuer, okta_snapshot *snapshot)
{
    okta_error error = {""};
    uint32_t generation;

    return read_published(issuer, snapshot, &generation, &error);
}

static apr_status_t release_sets(void *unused)
{
    (void)unused;
    for (int i = 0; i < process_count; i++)
        okta_keyset_unref(process_sets[i].keys);
    process_count = 0;
    return APR_SUCCESS;
}

void okta_keystore_child_init(apr_pool_t *pchild)
{
    int count = okta_registry_get()->issuers->nelts;

    process_sets = apr_pcalloc(pchild, (apr_size_t)(count + 1) * sizeof(parsed));
    for (int i = 0; i < count; i++) {
        apr_thread_mutex_create(&process_sets[i].swap, APR_THREAD_MUTEX_DEFAULT, pchild);
        apr_thread_mutex_create(&process_sets[i].parse, APR_THREAD_MUTEX_DEFAULT, pchild);
    }
    process_count = count;
    apr_pool_cleanup_register(pchild, NULL, release_sets, apr_pool_cleanup_null);
}

static okta_keyset *reference(parsed *own, uint32_t *generation)
{
    okta_keyset *keys;

    apr_thread_mutex_lock(own->swap);
    keys = own->keys ? okta_keyset_ref(own->keys) : NULL;
    *generation = own->generation;
    apr_thread_mutex_unlock(own->swap);
    return keys;
}

static void replace(parsed *own, okta_keyset *keys, uint32_t generation)
{
    okta_keyset *old;

    apr_thread_mutex_lock(own->swap);
    old = own->keys;
    own->keys = keys;
    own->generation = generation;
    apr_thread_mutex_unlock(own->swap);
    okta_keyset_unref(old);
}

/* Out of memory is a passing state, so a generation is never given up; but not every request tries
 * again, and the log has one line for each generation. */
static void note_unparsed(const okta_issuer *issuer, parsed *own, uint32_t generation,
                          const okta_error *error)
{
    bool first = own->unparsed != generation, no_memory = okta_error_is_no_memory(error);

    own->why_unparsed = no_memory ? OKTA_OUT_OF_MEMORY : OKTA_KEYS_UNAVAILABLE;
    own->unparsed = generation;
    own->again_at = okta_monotonic() + PARSE_PAUSE;
    if (first && no_memory)
        okta_event_of_issuer(
            issuer, OKTA_EVENT_KEYS_NO_MEMORY, 0,
            "issuer \"%s\": this process has no memory for the new key set; its requests "
            "get 503 until it has",
            issuer->url);
    else if (first)
        okta_event_of_issuer(
            issuer, OKTA_EVENT_KEYS_DAMAGED, 0,
            "the key set of issuer \"%s\" in shared memory is damaged: %s; its requests "
            "get 503 until it is fetched anew",
            issuer->url, error->text);
}

static okta_keyset *published_keys(const okta_issuer *issuer, uint32_t *generation,
                                   okta_error *error)
{
    okta_snapshot snapshot;
    okta_keyset *keys;

    if (!read_published(issuer, &snapshot, generation, error))
        return NULL;
    keys = okta_keyset_from_jwks(snapshot.jwks, NULL, NULL, error);
    okta_snapshot_clear(&snapshot);
    return keys;
}

static void parse_current(const okta_issuer *issuer, parsed *own)
{
    const okta_record *shared = okta_shared_of(issuer);
    uint32_t generation = okta_slot_generation(shared->keys);
    okta_error error = {""};
    okta_keyset *keys = published_keys(issuer, &generation, &error);

    if (keys) {
        replace(own, keys, generation);
        own->unparsed = 0;
        return;
    }
    note_unparsed(issuer, own, generation, &error);
    if (!okta_error_is_no_memory(&error))
        okta_schedule_want(shared->schedule);
}

/* Have this process parse what is published. While one thread does, the others may go on with the
 * previous set, if there is one and `newest` does not rule it out. Not OKTA_OK: it could not be
 * parsed, and the previous set may hold keys that were withdrawn. */
static okta_reason catch_up(const okta_issuer *issuer, parsed *own, bool newest)
{
    const okta_slot *slot = okta_shared_of(issuer)->keys;
    apr_status_t locked = newest || own->generation == 0 ? apr_thread_mutex_lock(own->parse)
                                                         : apr_thread_mutex_trylock(own->parse);

    if (locked == APR_SUCCESS) {
        uint32_t published = okta_slot_generation(slot);

        if (own->generation != published &&
            (own->unparsed != published || own->again_at <= okta_monotonic()))
            parse_current(issuer, own);
        apr_thread_mutex_unlock(own->parse);
    }
    return own->unparsed == 0 ? OKTA_OK : (okta_reason)own->why_unparsed;
}

okta_reason okta_keystore_get(const okta_issuer *issuer, bool newest, okta_keyset **keys,
                              uint32_t *generation)
{
    const okta_record *shared = okta_shared_of(issuer);
    parsed *own = &process_sets[issuer->index];
    uint32_t published = okta_slot_generation(shared->keys);
    okta_reason reason = OKTA_OK;

    *generation = published;
    if (published == 0)
        return OKTA_KEYS_UNAVAILABLE;
    if (!okta_schedule_is_usable(shared->schedule, apr_time_now())) {
        okta_health_note(issuer);
        return OKTA_KEYS_UNAVAILABLE;
    }
    if (own->generation != published)
        reason = catch_up(issuer, own, newest);
    if (reason != OKTA_OK)
        return reason;
    *keys = reference(own, generation);
    return *keys ? OKTA_OK : OKTA_KEYS_UNAVAILABLE;
}
