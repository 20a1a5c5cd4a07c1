#include "httpd/keywait.h"

#include "core/monotonic.h"
#include "httpd/keystore.h"

#include <ap_mpm.h>

#define POLL_INTERVAL apr_time_from_msec(10)
#define SHARE 4 /* of the threads, how many may wait while others could do without: one in four */
#define RETRY_AFTER_MAX 60

static _Atomic int waiting_here;
static int limit_here = 1;
static int limit_everywhere = 1;

void okta_keywait_child_init(void)
{
    int threads = 1, processes = 1;

    ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads);
    ap_mpm_query(AP_MPMQ_MAX_DAEMONS, &processes);
    if (threads < 1)
        threads = 1;
    limit_here = threads / SHARE > 1 ? threads / SHARE : 1;
    limit_everywhere = threads * processes / SHARE > 1 ? threads * processes / SHARE : 1;
}

/* Whether the refresher is at it, or will be before the deadline. */
static bool help_is_coming(const okta_slot_state *state, apr_time_t now, apr_time_t deadline)
{
    if (state->in_flight)
        return true;
    /* without usable keys the next fetch is due however lately one was begun, by a server before a
     * restart say */
    if (state->failing || state->usable_until <= now)
        return state->next_refresh <= deadline;
    return okta_keystore_cooled_down(state, now);
}

static bool poll_for(const okta_issuer *issuer, uint32_t generation, apr_time_t deadline)
{
    const okta_shared *shared = okta_shared_of(issuer);
    okta_slot_state *state = shared->state;
    uint32_t finished = state->finished;
    /* waiting has its end also when somebody sets the clock back meanwhile */
    int64_t end = okta_monotonic() + okta_registry_get()->global.key_wait;

    state->waits++;
    while (okta_monotonic() < end) {
        apr_time_t now = apr_time_now();
        /* published is not enough: the times that make keys usable are set a moment later */
        bool usable = state->usable_until > now;

        if (usable && okta_slot_generation(shared->keys) != generation)
            return true;
        /* no keys at all: the next try may still come in time */
        if (state->finished != finished && (usable || !help_is_coming(state, now, deadline)))
            return true;
        /* a fetch that ended since may have taken our wish with it */
        if (!state->in_flight)
            state->wanted = 1;
        apr_sleep(POLL_INTERVAL);
    }
    return okta_slot_generation(shared->keys) != generation || state->finished != finished;
}

/* One account for all issuers: of the threads a share, however many issuers fail at once. */
static okta_tickets *tickets_of_all(void)
{
    return okta_shared_of(APR_ARRAY_IDX(okta_registry_get()->issuers, 0, okta_issuer *))->tickets;
}

static bool wait_with_ticket(const okta_issuer *issuer, uint32_t generation, apr_time_t now)
{
    okta_tickets *tickets = tickets_of_all();
    apr_interval_time_t longest = okta_registry_get()->global.key_wait;
    int64_t began = okta_monotonic(), end = began + longest;
    int ticket = okta_tickets_take(tickets, limit_everywhere, began, end);
    bool newer;

    if (ticket < 0)
        return false;
    newer = poll_for(issuer, generation, now + longest);
    okta_tickets_return(tickets, ticket, end);
    return newer;
}

static bool wait_in_turn(const okta_issuer *issuer, uint32_t generation, apr_time_t now)
{
    bool newer = atomic_fetch_add(&waiting_here, 1) < limit_here &&
                 wait_with_ticket(issuer, generation, now);

    atomic_fetch_sub(&waiting_here, 1);
    return newer;
}

bool okta_keywait_any(const okta_issuer *issuer, uint32_t generation)
{
    okta_slot_state *state = okta_shared_of(issuer)->state;
    apr_time_t now = apr_time_now();
    apr_time_t deadline = now + okta_registry_get()->global.key_wait;

    if (issuer->settings.jwks_file)
        return false;
    state->wanted = 1;
    if (!help_is_coming(state, now, deadline))
        return false;
    /* an issuer that fails must not hold the threads that another's requests need, nor may a
     * refresher that stands still */
    return state->failing || okta_turn_has_stalled(okta_shared_turn(), okta_monotonic())
               ? wait_in_turn(issuer, generation, now)
               : poll_for(issuer, generation, deadline);
}

bool okta_keywait_kid(const okta_issuer *issuer, uint32_t generation, const char *kid)
{
    const okta_shared *shared = okta_shared_of(issuer);
    apr_time_t now = apr_time_now();

    if (issuer->settings.jwks_file)
        return false;
    /* newer keys are there already, only this process has not parsed them yet */
    if (okta_slot_generation(shared->keys) != generation)
        return true;
    shared->state->kid_misses++;
    if (okta_refused_kids_contain(shared->refused, kid, strlen(kid), okta_monotonic()))
        return false;
    shared->state->wanted = 1;
    if (!help_is_coming(shared->state, now, now + okta_registry_get()->global.key_wait))
        return false;
    return wait_in_turn(issuer, generation, now);
}

void okta_keywait_refuse_kid(const okta_issuer *issuer, const char *kid)
{
    const okta_global_config *global = &okta_registry_get()->global;

    /* the fetch that we waited for may be one that failed, which says nothing of the kid */
    if (okta_shared_of(issuer)->state->failing)
        return;
    okta_refused_kids_add(okta_shared_of(issuer)->refused, kid, strlen(kid), okta_monotonic(),
                          global->key_cooldown, global->refresh_min);
}

int okta_keywait_retry_after(const okta_issuer *issuer)
{
    const okta_slot_state *state = okta_shared_of(issuer)->state;
    apr_time_t wait = (state->next_refresh - apr_time_now()) / APR_USEC_PER_SEC + 1;

    return wait < 1 ? 1 : wait > RETRY_AFTER_MAX ? RETRY_AFTER_MAX : (int)wait;
}
