/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/introspection.h"

#include "core/bearer.h"
#include "core/breaker.h"
#include "core/monotonic.h"
#include "core/opaque.h"
#include "httpd/event.h"
#include "httpd/flood.h"
#include "httpd/introspection_call.h"
#include "httpd/introspection_client.h"
#include "httpd/introspection_memory.h"
#include "httpd/introspection_results.h"
#include "httpd/introspection_share.h"
#include "httpd/issuer_counters.h"
#include "httpd/keywait.h"
#include "httpd/shared.h"
#include "httpd/shared_answers.h"
#include "httpd/shared_calls.h"

#include <ap_mpm.h>
#include <string.h>

#define POLL_INTERVAL apr_time_from_msec(5)
#define USUAL_ANSWER apr_time_from_sec(1) /* later is slow */
#define MOMENT apr_time_from_msec(500)    /* of all threads, where all goes well */
#define LATE apr_time_from_msec(500)      /* by which a call may outlast its deadline */
#define RETRY_AFTER_MAX 60

/* One request that needs an answer. Times are of okta_monotonic where nothing else is said. */
typedef struct errand {
    apr_pool_t *pool;
    okta_question question;
    const char *token;
    size_t length;
    okta_breaker *breaker;
    int64_t now, end; /* may wait until then */
    okta_share share;
    okta_told told;
    bool fresh;          /* the claims are this request's own */
    apr_time_t asked_at; /* of its call; 0: none was made */
    int64_t given;       /* to its call */
    okta_seen *seen;
    okta_result *result;
} errand;

void okta_introspection_child_init(apr_pool_t *pchild)
{
    okta_share_child_init();
    okta_call_child_init(pchild);
    okta_introspection_client_child_init(pchild);
}

const okta_issuer *okta_introspection_issuer(const okta_policy *policy)
{
    if (!okta_registry_get()->introspects)
        return NULL;
    for (size_t i = 0; i < policy->issuers.count; i++) {
        const okta_issuer *issuer = okta_registry_find(policy->issuers.items[i]);

        if (issuer && issuer->settings.introspection != OKTA_INTROSPECTION_OFF)
            return issuer;
    }
    return NULL;
}

bool okta_introspection_is_for(const okta_issuer *issuer, const char *token, size_t length)
{
    return issuer && okta_token_is_opaque(token, length);
}

static okta_reason unavailable(errand *e, const char *why)
{
    okta_issuer_count(e->question.issuer, OKTA_ISSUER_TURNED_AWAY);
    return e->told.reason =
               okta_result_set(e->result, OKTA_INTROSPECTION_UNAVAILABLE, "introspection: %s", why);
}

/* The call's own words, behind what they are about. */
static void unknown(errand *e)
{
    char words[sizeof(e->result->detail)];

    memcpy(words, e->result->detail, sizeof(words));
    okta_result_set(e->result, OKTA_INTROSPECTION_UNAVAILABLE, "introspection: %s", words);
}

static bool is_calm(const errand *e)
{
    return okta_breaker_is_calm(e->breaker, okta_monotonic());
}

static bool recall(errand *e, apr_time_t since)
{
    return okta_result_find(e->pool, &e->question, apr_time_now(), since, &e->told, e->seen,
                            e->result);
}

static int64_t usual_time(const errand *e)
{
    const int64_t most = e->question.issuer->settings.fetch_timeout;
    const int64_t wait = okta_registry_get()->global.key_wait;

    return most < wait ? most : wait;
}

/* It had less time than others: it held a thread that they may need, or had waited before. */
static bool was_cut_short(const errand *e, const okta_call *call)
{
    return call->kind == OKTA_ANSWER_FAILED && okta_monotonic() - e->now >= e->given &&
           (e->share.extra || e->given < usual_time(e) / 2);
}

/* Say it once when it begins, and loudly where it is our own fault. */
static void note_failure(errand *e, const okta_call *call)
{
    const okta_issuer *issuer = e->question.issuer;
    bool ours = call->kind == OKTA_ANSWER_NOT_CLIENT;
    int64_t pause;

    if (okta_flood_admits(issuer->server, OKTA_EVENT_ASKING_FAILED, OKTA_UNSET))
        okta_event_of_issuer(issuer, OKTA_EVENT_ASKING_FAILED, 0, "issuer \"%s\": %s", issuer->url,
                             e->result->detail);
    if (call->kind == OKTA_ANSWER_OF_TOKEN || was_cut_short(e, call))
        return;
    pause =
        okta_breaker_fail(e->breaker, e->now, okta_monotonic(),
                          ours || call->kind == OKTA_ANSWER_BUSY, call->retry_after, okta_jitter());
    if (pause == 0)
        return;
    if (ours)
        okta_event_of_issuer(issuer, OKTA_EVENT_ASKING_REFUSED, 0,
                             "issuer \"%s\": %s; correct OktaIntrospectionClient, its method, and "
                             "OktaIntrospectionSecret or OktaIntrospectionKey; tokens that need an "
                             "answer get 503; next try in %d s",
                             issuer->url, e->result->detail, (int)apr_time_sec(pause) + 1);
    else if (e->breaker->openings == 1)
        okta_event_of_issuer(issuer, OKTA_EVENT_ASKING_FAILS, 0,
                             "issuer \"%s\": %s; tokens that need an answer get 503; next try in "
                             "%d s",
                             issuer->url, e->result->detail, (int)apr_time_sec(pause) + 1);
}

static void note_call(errand *e, const okta_call *call, okta_reason reason)
{
    const okta_issuer *issuer = e->question.issuer;
    int64_t took = okta_monotonic() - e->now;

    okta_issuer_count_some(issuer, OKTA_ISSUER_ASKED_MICROSECONDS, (uint64_t)took);
    okta_issuer_count(issuer, call->kind != OKTA_ANSWER_TOLD  ? OKTA_ISSUER_UNANSWERED
                              : reason == OKTA_TOKEN_INACTIVE ? OKTA_ISSUER_ANSWERED_INACTIVE
                                                              : OKTA_ISSUER_ANSWERED_ACTIVE);
    if (took > USUAL_ANSWER)
        okta_breaker_note_slow(e->breaker, okta_monotonic());
    if (call->kind != OKTA_ANSWER_TOLD)
        note_failure(e, call);
    else if (okta_breaker_close(e->breaker))
        okta_event_of_issuer(issuer, OKTA_EVENT_ASKING_RECOVERED, 0, "issuer \"%s\" answers again",
                             issuer->url);
}

static int64_t time_for_call(const errand *e)
{
    int64_t left = e->end - e->now;
    const int64_t most = e->question.issuer->settings.fetch_timeout;

    if (left > most)
        left = most;
    /* it holds a thread that others may need when the answer takes long */
    if (e->share.extra && left > USUAL_ANSWER)
        left = USUAL_ANSWER;
    return left > 0 ? left : 0;
}

/* Who cannot be remembered would be asked about by every request, one after the other. */
static void refuse_what_nobody_remembers(errand *e, okta_call *call)
{
    if (e->question.kind != OKTA_VERDICT_ON_OPAQUE || !call->claims ||
        okta_result_fits(call->claims))
        return;
    okta_claims_free(call->claims);
    call->claims = NULL;
    call->kind = OKTA_ANSWER_OF_TOKEN;
    e->told.reason = okta_result_set(e->result, OKTA_INTROSPECTION_UNAVAILABLE,
                                     "the answer has more claims than can be remembered (%zu "
                                     "bytes); have the issuer say less of its tokens",
                                     okta_verdicts_longest(true));
}

/* Where the metadata are not in memory yet they are on their way. */
static const char *find_endpoint(errand *e)
{
    const okta_issuer *issuer = e->question.issuer;
    const char *endpoint = okta_call_endpoint(issuer, e->pool, e->result);
    uint32_t generation = okta_slot_generation(okta_shared_of(issuer)->keys);

    if (!endpoint && generation == 0 && okta_keywait_any(issuer, generation))
        endpoint = okta_call_endpoint(issuer, e->pool, e->result);
    return endpoint;
}

static void ask(errand *e)
{
    const char *endpoint = find_endpoint(e);
    okta_call call;

    e->now = okta_monotonic();
    e->told.reason = OKTA_INTROSPECTION_UNAVAILABLE;
    if (!endpoint)
        return;
    if (!okta_breaker_admits(e->breaker, e->now, e->end + LATE)) {
        unavailable(e, "the issuer fails, and is left alone for a while");
        return;
    }
    e->given = time_for_call(e);
    e->asked_at = apr_time_now();
    e->told.reason = okta_call_ask(e->question.issuer, endpoint, e->token, e->length,
                                   (long)apr_time_as_msec(e->given) + 1, &call, e->result);
    refuse_what_nobody_remembers(e, &call);
    if (e->told.reason == OKTA_INTROSPECTION_UNAVAILABLE)
        unknown(e);
    note_call(e, &call, e->told.reason);
    e->told.claims = call.claims;
    e->told.end = call.claims ? okta_introspection_end(call.claims) : OKTA_NO_END;
    e->told.is_brief = was_cut_short(e, &call);
    e->fresh = call.claims != NULL;
    okta_result_put(&e->question, e->asked_at, &e->told, e->result);
}

/* When the one began whose question it is, in microseconds since the epoch: that, and not our
 * coming, is since when its answer is one. */
static apr_time_t began_at(const okta_flight *flight)
{
    int64_t left = okta_flight_left(flight, okta_monotonic());

    return apr_time_now() - (okta_registry_get()->global.key_wait + LATE - left) - POLL_INTERVAL;
}

/* Until another request's question is answered. False: it is not, and there is no time or no place
 * to wait. */
static bool wait_for(errand *e, const okta_flight *flight)
{
    while (!okta_flight_is_over(flight, okta_monotonic())) {
        if (okta_monotonic() >= e->end || (e->share.extra && !is_calm(e)))
            return false;
        if (e->share.extra && okta_monotonic() - e->now > USUAL_ANSWER)
            return false;
        apr_sleep(POLL_INTERVAL);
    }
    return true;
}

/* Another host may have asked. */
static bool find_shared(errand *e)
{
    apr_time_t asked_at;

    /* the time to ask is not spent on it */
    if (e->end - okta_monotonic() < 2 * OKTA_SHARED_ANSWER_PATIENCE)
        return false;
    if (!okta_shared_answer_find(e->pool, &e->question, &e->told, &asked_at, e->result))
        return false;
    e->fresh = e->told.claims != NULL;
    okta_result_put(&e->question, asked_at, &e->told, e->result);
    return true;
}

/* As one who may wait: ask, or have it from who asks. */
static void go(errand *e)
{
    okta_flights *flights = &okta_introspection_memory()->flights;
    okta_flight flight;

    while (
        !okta_flight_begin(flights, e->question.digest, okta_monotonic(), e->end + LATE, &flight)) {
        apr_time_t since = began_at(&flight);

        if (!wait_for(e, &flight)) {
            unavailable(e, "the answer to another request's question is long in coming");
            return;
        }
        if (recall(e, since))
            return;
    }
    /* somebody may have had it between our look and our turn */
    if (!recall(e, 0) && !find_shared(e))
        ask(e);
    okta_flight_end(&flight);
    if (e->asked_at)
        okta_shared_answer_put(&e->question, e->asked_at, &e->told);
}

/* Too many wait already. Where the issuer is well and another request has asked the same just now,
 * its answer is a moment away. */
static okta_reason hang_on(errand *e)
{
    okta_flights *flights = &okta_introspection_memory()->flights;
    okta_flight flight;

    while (is_calm(e) && okta_flight_find(flights, e->question.digest, okta_monotonic(), &flight)) {
        apr_time_t since = began_at(&flight);

        if (apr_time_now() - since > MOMENT)
            break;
        apr_sleep(POLL_INTERVAL);
        if (okta_flight_is_over(&flight, okta_monotonic()) && recall(e, since))
            return e->told.reason;
    }
    return unavailable(e, "too many requests wait for the issuer");
}

static bool is_remembered(errand *e)
{
    if (!recall(e, 0))
        return false;
    okta_issuer_count(e->question.issuer, OKTA_ISSUER_ANSWERS_REMEMBERED);
    return true;
}

/* A new answer, or no more than why there is none. */
static okta_reason fetch_answer(errand *e)
{
    e->now = okta_monotonic();
    e->end = e->now + okta_registry_get()->global.key_wait;
    e->breaker = okta_issuer_breaker(e->question.issuer);
    if (!okta_introspection_has_client(e->question.issuer))
        return unavailable(e, "the client of this server has no secret or key (see the error log "
                              "at the last restart)");
    if (!e->breaker || !okta_introspection_memory())
        return unavailable(e, "there is no shared memory for it");
    if (okta_breaker_pause(e->breaker, e->now) > 0)
        return unavailable(e, "the issuer fails, and is left alone for a while");
    if (!okta_share_take(&e->share, is_calm(e), e->now, e->end + LATE))
        return hang_on(e);
    go(e);
    okta_share_return(&e->share);
    return e->told.reason;
}

static bool digest_of(const okta_seen *seen, const char *token, size_t length,
                      unsigned char digest[OKTA_DIGEST_BYTES])
{
    if (!seen->digested)
        return okta_digest(token, length, digest);
    memcpy(digest, seen->digest, OKTA_DIGEST_BYTES);
    return true;
}

okta_reason okta_introspection_read_token(apr_pool_t *pool, const okta_policy *policy,
                                          const okta_issuer *issuer, const char *token,
                                          size_t length, okta_claims **claims, bool *fresh,
                                          okta_seen *seen, okta_result *result)
{
    unsigned char digest[OKTA_DIGEST_BYTES];
    errand e = {.pool = pool, .token = token, .length = length, .seen = seen, .result = result};

    *claims = NULL;
    *fresh = false;
    if (length > policy->max_token_bytes)
        return okta_result_set(result, OKTA_TOKEN_TOO_LARGE, "%zu bytes; at most %zu are accepted",
                               length, policy->max_token_bytes);
    if (!digest_of(seen, token, length, digest))
        return okta_result_set(result, OKTA_OUT_OF_MEMORY, "out of memory");
    seen->digested = false;
    e.question = okta_question_of(issuer, OKTA_VERDICT_ON_OPAQUE, digest);
    if (!is_remembered(&e)) {
        /* one that is remembered has no other characters */
        if (!okta_bearer_is_token68(token))
            return okta_result_set(result, OKTA_REQUEST_MALFORMED, "%s",
                                   okta_reason_description(OKTA_REQUEST_MALFORMED));
        fetch_answer(&e);
    }
    *claims = e.told.claims;
    *fresh = e.fresh;
    return e.told.reason;
}

bool okta_introspection_recall(apr_pool_t *pool, const okta_policy *policy,
                               const okta_issuer *issuer, const char *token, size_t length,
                               okta_claims **claims, okta_seen *seen, okta_reason *reason,
                               okta_result *result)
{
    unsigned char digest[OKTA_DIGEST_BYTES];
    okta_question question;
    okta_told told;

    if (length > policy->max_token_bytes || !okta_digest(token, length, digest))
        return false;
    question = okta_question_of(issuer, OKTA_VERDICT_ON_OPAQUE, digest);
    if (!okta_result_find(pool, &question, apr_time_now(), 0, &told, seen, result))
        return false;
    okta_issuer_count(issuer, OKTA_ISSUER_ANSWERS_REMEMBERED);
    *claims = told.claims;
    *reason = told.reason;
    return true;
}

okta_reason okta_introspection_confirm(apr_pool_t *pool, const okta_policy *policy,
                                       const okta_claims *claims, const char *token, size_t length,
                                       const okta_seen *seen, const okta_issuer **issuer,
                                       okta_result *result)
{
    const okta_value *iss = okta_claims_get(claims, "iss");
    unsigned char digest[OKTA_DIGEST_BYTES];
    errand e = {.pool = pool, .token = token, .length = length, .result = result};

    if (!okta_registry_get()->introspects || okta_claims_type(claims) == OKTA_TYPE_OPAQUE || !iss)
        return OKTA_OK;
    *issuer = okta_registry_find(iss->as.string);
    if (!*issuer || (*issuer)->settings.introspection != OKTA_INTROSPECTION_ALWAYS)
        return OKTA_OK;
    if (!digest_of(seen, token, length, digest))
        return okta_result_set(result, OKTA_OUT_OF_MEMORY, "out of memory");
    e.question = okta_question_of(*issuer, OKTA_VERDICT_ON_STATE, digest);
    if (!is_remembered(&e))
        fetch_answer(&e);
    if (e.fresh)
        okta_claims_free(e.told.claims);
    return e.told.reason == OKTA_OK
               ? okta_introspection_check_end(e.told.end, policy->skew,
                                              apr_time_sec(apr_time_now()), result)
               : e.told.reason;
}

int okta_introspection_retry_after(const okta_issuer *issuer)
{
    const okta_breaker *breaker = okta_issuer_breaker(issuer);
    int64_t wait = breaker ? apr_time_sec(okta_breaker_pause(breaker, okta_monotonic())) + 1 : 1;

    return wait > RETRY_AFTER_MAX ? RETRY_AFTER_MAX : (int)wait;
}
