#include "httpd/keywait.h"

#include "httpd/shared.h"

#include <ap_mpm.h>

#define POLL_INTERVAL apr_time_from_msec(10)
#define SHARE 4 /* of the threads, how many may wait for an unknown kid: one in four */
#define RETRY_AFTER_MAX 60

static _Atomic int waiting_here;
static int limit_here = 1;
static int limit_everywhere = 1;

void okta_keywait_child_init(void)
{
    int threads = 1, processes = 1;

    ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads);
    ap_mpm_query(AP_MPMQ_MAX_DAEMON_USED, &processes);
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
    if (state->failing)
        return state->next_refresh <= deadline;
    return state->started_at + okta_registry_get()->global.key_cooldown <= now;
}

static bool poll_for(const okta_issuer *issuer, uint32_t generation, apr_time_t deadline)
{
    const okta_shared *shared = okta_shared_of(issuer);
    uint32_t finished = shared->state->finished;

    shared->state->waits++;
    for (apr_time_t now = apr_time_now(); now < deadline; now = apr_time_now()) {
        if (okta_slot_generation(shared->keys) != generation)
            return true;
        if (shared->state->finished != finished) {
            /* no keys at all: the next try may still come in time */
            if (shared->state->usable_until > now || !help_is_coming(shared->state, now, deadline))
                break;
        }
        apr_sleep(POLL_INTERVAL);
    }
    return okta_slot_generation(shared->keys) != generation || shared->state->finished != finished;
}

bool okta_keywait_any(const okta_issuer *issuer, uint32_t generation)
{
    okta_slot_state *state = okta_shared_of(issuer)->state;
    apr_time_t now = apr_time_now();
    apr_time_t deadline = now + okta_registry_get()->global.key_wait;

    if (issuer->settings.jwks_file)
        return false;
    state->wanted = 1;
    return help_is_coming(state, now, deadline) && poll_for(issuer, generation, deadline);
}

static bool wait_in_turn(const okta_issuer *issuer, uint32_t generation, apr_time_t now)
{
    okta_tickets *tickets = okta_shared_of(issuer)->tickets;
    apr_time_t deadline = now + okta_registry_get()->global.key_wait;
    int ticket = okta_tickets_take(tickets, limit_everywhere, now, deadline);
    bool newer;

    if (ticket < 0)
        return false;
    newer = poll_for(issuer, generation, deadline);
    okta_tickets_return(tickets, ticket, deadline);
    return newer;
}

bool okta_keywait_kid(const okta_issuer *issuer, uint32_t generation, const char *kid)
{
    const okta_shared *shared = okta_shared_of(issuer);
    apr_time_t now = apr_time_now();
    bool newer;

    if (issuer->settings.jwks_file)
        return false;
    /* newer keys are there already, only this process has not parsed them yet */
    if (okta_slot_generation(shared->keys) != generation)
        return true;
    shared->state->kid_misses++;
    if (okta_refused_kids_contain(shared->refused, kid, strlen(kid), now))
        return false;
    shared->state->wanted = 1;
    if (!help_is_coming(shared->state, now, now + okta_registry_get()->global.key_wait))
        return false;
    newer =
        atomic_fetch_add(&waiting_here, 1) < limit_here && wait_in_turn(issuer, generation, now);
    atomic_fetch_sub(&waiting_here, 1);
    return newer;
}

void okta_keywait_refuse_kid(const okta_issuer *issuer, const char *kid)
{
    const okta_global_config *global = &okta_registry_get()->global;

    okta_refused_kids_add(okta_shared_of(issuer)->refused, kid, strlen(kid), apr_time_now(),
                          global->key_cooldown, global->refresh_min);
}

int okta_keywait_retry_after(const okta_issuer *issuer)
{
    const okta_slot_state *state = okta_shared_of(issuer)->state;
    apr_time_t wait = (state->next_refresh - apr_time_now()) / APR_USEC_PER_SEC + 1;

    return wait < 1 ? 1 : wait > RETRY_AFTER_MAX ? RETRY_AFTER_MAX : (int)wait;
}
