/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/status.h"

#include "core/breaker.h"
#include "core/monotonic.h"
#include "httpd/decryption_keys.h"
#include "httpd/dpop_memory.h"
#include "httpd/keystore.h"
#include "httpd/shared.h"
#include "httpd/shared_cache.h"
#include "httpd/shared_calls.h"
#include "httpd/verdict_memory.h"

#include <apr_strings.h>
#include <errno.h>
#include <scoreboard.h>
#include <stdlib.h>
#include <string.h>

#define REPLAY_NEARLY_FULL 80 /* percent */

static void add_trouble(okta_picture *picture, okta_trouble trouble)
{
    okta_trouble *all, *end;

    APR_ARRAY_PUSH(picture->troubles, okta_trouble) = trouble;
    all = (okta_trouble *)(void *)picture->troubles->elts;
    end = &all[picture->troubles->nelts - 1];
    for (; end > all && end[-1].health < trouble.health; end--)
        *end = end[-1];
    *end = trouble;
    if (trouble.health > picture->health)
        picture->health = trouble.health;
    if (trouble.since && (!picture->trouble_since || trouble.since < picture->trouble_since))
        picture->trouble_since = trouble.since;
}

static void take_keys(apr_pool_t *pool, okta_issuer_picture *one)
{
    const okta_value *keys;
    okta_snapshot snapshot;
    okta_keyset *set;

    one->kids = apr_array_make(pool, 2, sizeof(const char *));
    if (!okta_keystore_snapshot(one->issuer, &snapshot))
        return;
    keys = okta_value_member(snapshot.jwks, "keys");
    for (uint32_t i = 0; keys && keys->type == OKTA_VALUE_ARRAY && i < keys->length; i++) {
        const char *kid = okta_value_text(&keys->as.children[i], "kid");

        APR_ARRAY_PUSH(one->kids, const char *) = kid ? apr_pstrdup(pool, kid) : "";
    }
    set = okta_keyset_from_jwks(snapshot.jwks, NULL, NULL, NULL);
    one->keys = set ? okta_keyset_count(set) : 0;
    okta_keyset_unref(set);
    okta_snapshot_clear(&snapshot);
}

static const char *take_cause(apr_pool_t *pool, const okta_record *shared)
{
    char text[OKTA_CAUSE_BYTES];
    uint32_t generation;
    size_t length = 0;

    return okta_slot_read(shared->cause, text, &length, &generation)
               ? apr_pstrmemdup(pool, text, length)
               : NULL;
}

/* In words; a time of a turn's own grain is never, as in core/schedule.h. */
static okta_key_times take_times(const okta_schedule *schedule)
{
    okta_key_times times = okta_schedule_times(schedule);
    int64_t *const all[] = {&times.fetched_at, &times.fresh_until, &times.usable_until,
                            &times.next_refresh};

    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        if (*all[i] < OKTA_TURN_TIME_GRAIN || *all[i] > INT64_MAX - OKTA_TURN_TIME_GRAIN)
            *all[i] = 0;
    return times;
}

/* What it means first, and then why. */
static void note_trouble(okta_picture *picture, apr_pool_t *pool, const okta_issuer_picture *one)
{
    const char *cause = one->cause ? one->cause : "no refresh came in time", *effect;
    okta_trouble trouble = {.health = okta_phase_health(one->phase),
                            .where = one->issuer->url,
                            .since = one->moments.trouble_since};

    if (trouble.health == OKTA_WELL)
        return;
    if (trouble.health == OKTA_ALARM)
        effect = "Requests with its tokens get 503";
    else
        effect =
            apr_psprintf(pool, "Nobody is refused for it yet: the last good keys serve for %s more",
                         okta_words_for_duration(pool, one->times.usable_until - picture->now));
    trouble.what = apr_psprintf(pool, "%s. Its keys cannot be %s: %s", effect,
                                one->phase == OKTA_PHASE_MISSING ? "fetched" : "refreshed", cause);
    add_trouble(picture, trouble);
}

/* How it does when it is asked about tokens. */
static void take_asking(okta_picture *picture, apr_pool_t *pool, okta_issuer_picture *one)
{
    const okta_breaker *breaker = okta_issuer_breaker(one->issuer);

    one->is_asked = one->issuer->settings.introspection != OKTA_INTROSPECTION_OFF;
    if (!one->is_asked || !breaker)
        return;
    one->pause = okta_breaker_pause(breaker, okta_monotonic());
    if (breaker->openings == 0)
        return;
    add_trouble(picture,
                (okta_trouble){.health = OKTA_ALARM,
                               .where = one->issuer->url,
                               .what = apr_psprintf(
                                   pool,
                                   "Tokens that it has to be asked about get 503, but for those "
                                   "whose answer is remembered. It does not answer (the error log "
                                   "says why), and is asked again in %s.",
                                   okta_words_for_duration(pool, one->pause))});
}

static void take_issuers(okta_picture *picture, apr_pool_t *pool)
{
    const apr_array_header_t *issuers = okta_registry_get()->issuers;

    picture->issuers = apr_array_make(pool, issuers->nelts + 1, sizeof(okta_issuer_picture));
    for (int i = 0; i < issuers->nelts; i++) {
        const okta_issuer *issuer = APR_ARRAY_IDX(issuers, i, okta_issuer *);
        const okta_record *shared = okta_shared_of(issuer);
        okta_issuer_picture *one = apr_array_push(picture->issuers);

        one->issuer = issuer;
        one->phase = okta_schedule_phase(shared->schedule, &issuer->limits, picture->now);
        one->moments = okta_issuer_moments_of(issuer, one->phase, picture->now);
        one->times = take_times(shared->schedule);
        one->cause = take_cause(pool, shared);
        take_keys(pool, one);
        for (int k = 0; k < OKTA_ISSUER_COUNTERS; k++)
            one->counted[k] = okta_issuer_counted(issuer, (okta_issuer_counter)k);
        note_trouble(picture, pool, one);
        take_asking(picture, pool, one);
    }
}

/* What the one who looks at the file says of it. */
static const char *trouble_of(apr_pool_t *pool, okta_revocations *memory)
{
    const okta_revocations_watch *watch = okta_revocations_watch_of(memory);
    const int error = watch->unreadable;
    uint64_t line;
    const okta_revocation_fault fault = okta_revocations_unpack_fault(watch->fault, &line);
    char why[120];

    if (fault != OKTA_LINE_GOOD)
        return apr_psprintf(pool, "line %" APR_UINT64_T_FMT ": %s", line,
                            okta_revocation_fault_text(fault));
    if (error == EINVAL)
        return "it is no regular file";
    return error ? apr_pstrdup(pool, apr_strerror(APR_FROM_OS_ERROR(error), why, sizeof(why)))
                 : NULL;
}

static void note_list(okta_picture *picture, apr_pool_t *pool, const okta_list_picture *one)
{
    if (one->is_loaded && !one->trouble)
        return;
    add_trouble(
        picture,
        (okta_trouble){.health = one->is_loaded ? OKTA_WARNING : OKTA_ALARM,
                       .where = apr_pstrcat(pool, "Revocations in ", one->path, NULL),
                       .what = apr_pstrcat(pool,
                                           one->is_loaded ? "New ones do not count; the last good "
                                                            "list holds"
                                                          : "Requests with a token get 503",
                                           ". The file cannot be used: ",
                                           one->trouble ? one->trouble : "see the error log", NULL),
                       .since = one->since});
}

static void take_lists(okta_picture *picture, apr_pool_t *pool)
{
    const apr_array_header_t *lists = okta_registry_get()->revocations;

    picture->lists = apr_array_make(pool, lists->nelts + 1, sizeof(okta_list_picture));
    for (int i = 0; i < lists->nelts; i++) {
        const okta_revocation_list *list = APR_ARRAY_IDX(lists, i, okta_revocation_list *);
        okta_list_picture *one = apr_array_push(picture->lists);

        memset(one, 0, sizeof(*one));
        one->path = list->path;
        one->is_loaded = okta_revocations_facts_of(okta_revocations_in_force(list), &one->facts);
        for (int k = 0; one->is_loaded && k < OKTA_REVOKES_COUNT; k++)
            one->lines += one->facts.kinds[k];
        one->trouble = list->memory ? trouble_of(pool, list->memory) : "there is no shared memory";
        if (list->memory)
            one->since = okta_revocations_watch_of(list->memory)->fault_since;
        note_list(picture, pool, one);
    }
}

static void take_counters(okta_picture *picture)
{
    uint64_t judged = 0, let_in;

    for (int i = 0; i < OKTA_COUNTERS; i++)
        picture->counted[i] = okta_counted((okta_counter)i);
    for (int i = 0; i < OKTA_BUCKETS; i++)
        picture->verifications += picture->counted[OKTA_COUNT_BUCKETS + i];
    for (int i = 0; i < OKTA_REASON_COUNT; i++)
        judged += picture->counted[OKTA_COUNT_VERDICTS + i];
    picture->accepted = picture->counted[okta_counter_of(OKTA_OK)];
    let_in = picture->accepted + picture->counted[OKTA_COUNT_ANONYMOUS] +
             picture->counted[OKTA_COUNT_WOULD_REFUSE];
    /* each was read at a moment of its own */
    picture->refused = judged > let_in ? judged - let_in : 0;
}

static void take_memory(okta_picture *picture)
{
    const uint64_t entries = (uint64_t)okta_registry_get()->global.token_cache;
    const okta_verdicts *table = okta_verdict_memory();
    const okta_replay *replay = okta_dpop_memory_replay();

    picture->decryption_keys = okta_decryption_set_get()->count;
    if (table) {
        picture->tokens = okta_verdicts_count(table, true);
        picture->refusals = okta_verdicts_count(table, false);
        picture->token_capacity = entries;
        picture->token_bytes = entries ? okta_verdicts_size((uint32_t)entries) : 0;
    }
    if (replay) {
        picture->proofs = okta_replay_count(replay, apr_time_sec(picture->now));
        picture->proof_capacity = okta_replay_entries(replay);
    }
}

static void note_replay(okta_picture *picture, apr_pool_t *pool)
{
    const uint64_t used = picture->proofs, capacity = picture->proof_capacity;
    const bool full = used >= capacity;

    if (capacity == 0 || used * 100 < capacity * REPLAY_NEARLY_FULL)
        return;
    add_trouble(picture, (okta_trouble){.health = full ? OKTA_ALARM : OKTA_WARNING,
                                        .where = "Memory of DPoP proofs",
                                        .what = apr_psprintf(
                                            pool,
                                            "%s of %s entries are used%s Raise "
                                            "OktaReplayEntries, and stop and start httpd.",
                                            okta_words_for_number(pool, used),
                                            okta_words_for_number(pool, capacity),
                                            full ? "; requests with a proof get 503." : ".")});
}

static void note_store(okta_picture *picture)
{
    picture->shares = okta_shared_cache_is_wanted();
    picture->store_is_lost = picture->shares && okta_shared_calls_are_left(OKTA_SHARED_PROOFS);
    if (picture->store_is_lost)
        add_trouble(picture, (okta_trouble){.health = OKTA_ALARM,
                                            .where = "Store of OktaSharedCache",
                                            .what = "It does not answer, or takes nothing more; "
                                                    "requests with a DPoP proof get 503."});
    picture->shares_answers = picture->shares && okta_registry_get()->introspects;
    picture->answers_are_lost =
        picture->shares_answers && okta_shared_calls_are_left(OKTA_SHARED_ANSWERS);
    if (picture->answers_are_lost)
        add_trouble(picture,
                    (okta_trouble){.health = OKTA_WARNING,
                                   .where = "Store of OktaSharedCache",
                                   .what = "It does not answer about tokens, or takes nothing "
                                           "more; this host asks issuers by itself."});
}

static void take_places(okta_picture *picture)
{
    const okta_registry *registry = okta_registry_get();

    picture->closed = (unsigned int)registry->closed->nelts;
    for (int i = 0; i < registry->sections->nelts; i++)
        if (APR_ARRAY_IDX(registry->sections, i, okta_section).config->fault)
            picture->closed++;
    picture->unenforced = (unsigned int)registry->unenforced->nelts;
}

static void note_closed(okta_picture *picture, apr_pool_t *pool)
{
    const unsigned int closed = picture->closed;

    if (closed > 0)
        add_trouble(picture,
                    (okta_trouble){
                        .health = OKTA_ALARM,
                        .where = "Configuration",
                        .what = apr_psprintf(pool,
                                             "%u place%s closed (500) since the last restart, for "
                                             "a fault that the error log names. Mend it, and "
                                             "restart httpd.",
                                             closed, closed == 1 ? " is" : "s are"),
                        .since = ap_scoreboard_image->global->restart_time});
}

/* Nobody should find out a year later. */
static void note_unenforced(okta_picture *picture, apr_pool_t *pool)
{
    const unsigned int places = picture->unenforced;

    if (places > 0)
        add_trouble(picture, (okta_trouble){.health = OKTA_WARNING,
                                            .where = "Configuration",
                                            .what = apr_psprintf(
                                                pool,
                                                "OktaEnforce is Off in %u place%s: what ought to "
                                                "be refused there is let in.",
                                                places, places == 1 ? "" : "s")});
}

okta_picture *okta_picture_take(request_rec *r)
{
    okta_picture *picture = apr_pcalloc(r->pool, sizeof(*picture));

    picture->now = apr_time_now();
    picture->since = okta_counted_since();
    picture->troubles = apr_array_make(r->pool, 2, sizeof(okta_trouble));
    take_counters(picture);
    take_memory(picture);
    take_places(picture);
    take_issuers(picture, r->pool);
    take_lists(picture, r->pool);
    note_replay(picture, r->pool);
    note_store(picture);
    note_closed(picture, r->pool);
    note_unenforced(picture, r->pool);
    return picture;
}
