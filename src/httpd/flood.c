/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/flood.h"

#include "core/monotonic.h"
#include "httpd/refresher.h"

#include <apr_hash.h>
#include <apr_shm.h>
#include <mod_watchdog.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define SERVERS_MAX 256 /* more virtual hosts than that share */
#define SECOND INT64_C(1000000)

/* The kinds of lines that a client can have written as often as it likes. */
static const okta_event kinds[] = {OKTA_EVENT_REFUSED,      OKTA_EVENT_UNJUDGED,
                                   OKTA_EVENT_ANONYMOUS,    OKTA_EVENT_WOULD_REFUSE,
                                   OKTA_EVENT_PLACE_CLOSED, OKTA_EVENT_REQUIRE_ELSEWHERE,
                                   OKTA_EVENT_ASKING_FAILED};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

typedef struct gate {
    _Atomic(uint64_t) window; /* a second (upper half), and the lines that were written in it */
    _Atomic(uint64_t) more;   /* lines that were left out and not told of */
    _Atomic(int64_t) since;   /* when the first of them was */
} gate;

typedef struct gates {
    _Atomic(uint32_t) pending; /* some have more */
    gate all[][KINDS][OKTA_REASON_COUNT];
} gates;

static gates *shared;
static apr_hash_t *places;         /* of a server, its place in `servers` */
static const server_rec **servers; /* those whose log gets the lines of a place */
static apr_size_t server_count;

/* In a child that ends, exit() may tear the memory down under the watchdog's thread: mod_watchdog
 * does not wait for it everywhere. It looks at nothing once this says so. */
static pthread_mutex_t telling = PTHREAD_MUTEX_INITIALIZER;
static bool leaving;

static apr_size_t place_of(const server_rec *server)
{
    const apr_size_t *place = apr_hash_get(places, &server, sizeof(server));

    return place ? *place : 0;
}

static apr_size_t kind_of(okta_event event)
{
    apr_size_t kind = 0;

    while (kind + 1 < KINDS && kinds[kind] != event)
        kind++;
    return kind;
}

static void tell(const server_rec *server, okta_event event, okta_reason reason, uint64_t more,
                 int64_t seconds)
{
    const bool refusal = reason != OKTA_UNSET;
    const char *name = refusal ? okta_reason_tag(reason) : okta_event_id(event);
    okta_json_line line;
    char text[200];

    okta_text_format(text, sizeof(text), "%llu more of %s=%s%s in the last %lld s",
                     (unsigned long long)more, refusal ? "reason" : "event", name,
                     event == OKTA_EVENT_WOULD_REFUSE ? " enforce=off"
                     : event == OKTA_EVENT_ANONYMOUS  ? " passes=anonymous"
                                                      : "",
                     (long long)seconds);
    if (!okta_event_is_json(server)) {
        okta_event_write_text(NULL, server, OKTA_EVENT_MORE, text);
        return;
    }
    okta_event_open(&line, OKTA_EVENT_MORE, text);
    if (refusal)
        okta_json_line_word(&line, "event.reason", name);
    okta_json_line_word(&line, "okta.of", okta_event_id(event));
    okta_json_line_number(&line, "okta.more", (int64_t)more);
    okta_json_line_number(&line, "okta.seconds", seconds);
    okta_event_write_json(NULL, server, OKTA_EVENT_MORE, &line);
}

/* Whoever takes the number writes the line. */
static void tell_of_gate(gate *g, apr_size_t place, apr_size_t kind, okta_reason reason)
{
    uint64_t more = atomic_exchange(&g->more, 0);
    int64_t seconds = (okta_monotonic() - atomic_load(&g->since)) / SECOND + 1;

    if (more)
        tell(servers[place], kinds[kind], reason, more, seconds);
}

/* Of all gates, or only where the flood has ended. */
static void tell_of_all(bool only_ended)
{
    const uint64_t now = (uint64_t)(okta_monotonic() / SECOND);
    bool left = false;

    if (!shared || atomic_exchange(&shared->pending, 0) == 0)
        return;
    for (apr_size_t place = 0; place < server_count; place++)
        for (apr_size_t kind = 0; kind < KINDS; kind++)
            for (int reason = 0; reason < OKTA_REASON_COUNT; reason++) {
                gate *g = &shared->all[place][kind][reason];

                if (atomic_load(&g->more) == 0)
                    continue;
                if (only_ended && (atomic_load(&g->window) >> 32) + 1 >= now)
                    left = true;
                else
                    tell_of_gate(g, place, kind, (okta_reason)reason);
            }
    if (left)
        atomic_store(&shared->pending, 1);
}

static void count_more(gate *g)
{
    if (atomic_load(&g->more) == 0)
        atomic_store(&g->since, okta_monotonic());
    atomic_fetch_add(&g->more, 1);
    atomic_store(&shared->pending, 1);
}

bool okta_flood_admits(const server_rec *server, okta_event event, okta_reason reason)
{
    const uint64_t second = (uint64_t)(okta_monotonic() / SECOND);
    apr_size_t place, kind;
    uint64_t seen;
    gate *g;

    if (!shared)
        return true;
    place = place_of(server);
    kind = kind_of(event);
    g = &shared->all[place][kind][reason];
    seen = atomic_load(&g->window);
    for (;;) {
        bool next = second > (seen >> 32);

        if (!next && (uint32_t)seen >= OKTA_FLOOD_BURST) {
            count_more(g);
            return false;
        }
        if (!atomic_compare_exchange_weak(&g->window, &seen, next ? second << 32 | 1 : seen + 1))
            continue;
        if (next)
            tell_of_gate(g, place, kind, reason);
        return true;
    }
}

static apr_status_t forget(void *unused)
{
    (void)unused;
    shared = NULL;
    return APR_SUCCESS;
}

static void number_servers(apr_pool_t *pconf, server_rec *server)
{
    apr_size_t *numbers;

    places = apr_hash_make(pconf);
    servers = apr_palloc(pconf, SERVERS_MAX * sizeof(*servers));
    server_count = 0;
    for (server_rec *s = server; s; s = s->next) {
        numbers = apr_palloc(pconf, sizeof(*numbers));
        *numbers = server_count < SERVERS_MAX ? server_count : SERVERS_MAX - 1;
        apr_hash_set(places, apr_pmemdup(pconf, &s, sizeof(s)), sizeof(s), numbers);
        if (server_count < SERVERS_MAX)
            servers[server_count++] = s;
    }
}

static apr_status_t on_watchdog(int state, void *data, apr_pool_t *pool)
{
    (void)data;
    (void)pool;
    pthread_mutex_lock(&telling);
    if (state == AP_WATCHDOG_STATE_RUNNING && !leaving)
        tell_of_all(true);
    pthread_mutex_unlock(&telling);
    return APR_SUCCESS;
}

/* On the refresher's thread: where no key set is fetched it has this alone to do. */
static void watch(apr_pool_t *pconf)
{
    APR_OPTIONAL_FN_TYPE(ap_watchdog_get_instance) *get_instance =
        APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_get_instance);
    APR_OPTIONAL_FN_TYPE(ap_watchdog_register_callback) *register_callback =
        APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_register_callback);
    ap_watchdog_t *watchdog = NULL;

    if (get_instance && register_callback &&
        get_instance(&watchdog, OKTA_WATCHDOG, 0, 0, pconf) == APR_SUCCESS)
        register_callback(watchdog, apr_time_from_sec(1), NULL, on_watchdog);
}

void okta_flood_prepare(apr_pool_t *pconf, server_rec *server)
{
    apr_shm_t *segment = NULL;
    apr_size_t size;

    if (okta_registry_get()->sections->nelts == 0)
        return;
    number_servers(pconf, server);
    size = sizeof(gates) + server_count * sizeof(shared->all[0]);
    if (apr_shm_create(&segment, size, NULL, pconf) == APR_SUCCESS)
        shared = apr_shm_baseaddr_get(segment);
    else
        /* each process by itself */
        shared = apr_palloc(pconf, size);
    memset(shared, 0, size);
    apr_pool_pre_cleanup_register(pconf, NULL, forget);
    watch(pconf);
}

static apr_status_t leave(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&telling);
    leaving = true;
    tell_of_all(false);
    pthread_mutex_unlock(&telling);
    return APR_SUCCESS;
}

void okta_flood_child_init(apr_pool_t *pchild)
{
    apr_pool_pre_cleanup_register(pchild, NULL, leave);
}
