/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/reply.h"
#include "httpd/status.h"

#include <apr_strings.h>

/* Seconds since the epoch; null for never. */
static json_t *moment(apr_time_t time)
{
    return time > 0 ? json_real((double)time / APR_USEC_PER_SEC) : json_null();
}

static json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static json_t *troubles(const okta_picture *picture)
{
    json_t *list = json_array();

    for (int i = 0; i < picture->troubles->nelts; i++) {
        const okta_trouble *one = &APR_ARRAY_IDX(picture->troubles, i, okta_trouble);

        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o}", "health",
                                              one->health == OKTA_ALARM ? "alarm" : "warning",
                                              "where", one->where, "what", one->what, "since",
                                              moment(one->since)));
    }
    return list;
}

static json_t *verdicts(const okta_picture *picture)
{
    json_t *object = json_object();

    for (int i = 0; i < OKTA_REASON_COUNT; i++)
        json_object_set_new(object, okta_reason_tag((okta_reason)i),
                            number(picture->counted[OKTA_COUNT_VERDICTS + i]));
    return object;
}

static json_t *verifications(const okta_picture *picture)
{
    json_t *buckets = json_array();

    for (int i = 0; i < OKTA_BUCKETS; i++)
        json_array_append_new(
            buckets, json_pack("{s:o, s:o}", "up_to",
                               i < OKTA_BUCKETS - 1 ? json_real((double)okta_bucket_bounds[i] / 1e9)
                                                    : json_null(),
                               "count", number(picture->counted[OKTA_COUNT_BUCKETS + i])));
    return json_pack("{s:o, s:f, s:o}", "count", number(picture->verifications), "seconds",
                     (double)picture->counted[OKTA_COUNT_NANOSECONDS] / 1e9, "buckets", buckets);
}

static json_t *tokens(const okta_picture *picture)
{
    const uint64_t *counted = picture->counted;

    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "capacity",
                     number(picture->token_capacity), "bytes", number(picture->token_bytes),
                     "tokens", number(picture->tokens), "refusals", number(picture->refusals),
                     "token_hits", number(counted[OKTA_COUNT_TOKEN_HITS]), "refusal_hits",
                     number(counted[OKTA_COUNT_REFUSAL_HITS]), "misses",
                     number(counted[OKTA_COUNT_MISSES]), "token_evictions",
                     number(counted[OKTA_COUNT_TOKEN_EVICTIONS]), "refusal_evictions",
                     number(counted[OKTA_COUNT_REFUSAL_EVICTIONS]));
}

static json_t *proofs(const okta_picture *picture)
{
    return json_pack("{s:o, s:o, s:o}", "capacity", number(picture->proof_capacity), "entries",
                     number(picture->proofs), "refused_as_full",
                     number(picture->counted[okta_counter_of(OKTA_REPLAY_MEMORY_FULL)]));
}

/* null: there is none. */
static json_t *shared_cache(const okta_picture *picture)
{
    const uint64_t *counted = picture->counted;

    if (!picture->shares)
        return json_null();
    return json_pack("{s:b, s:o, s:o, s:o}", "answers", !picture->store_is_lost, "introspection",
                     picture->shares_answers ? json_boolean(!picture->answers_are_lost)
                                             : json_null(),
                     "calls", number(counted[OKTA_COUNT_SHARED_CALLS]), "failures",
                     number(counted[OKTA_COUNT_SHARED_FAILURES]));
}

static json_t *keys(const okta_issuer_picture *one)
{
    json_t *kids = json_array();

    for (int i = 0; i < one->kids->nelts; i++)
        json_array_append_new(kids, json_string(APR_ARRAY_IDX(one->kids, i, const char *)));
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "usable", number(one->keys), "kids", kids,
                     "fetched_at", moment(one->times.fetched_at), "fresh_until",
                     moment(one->times.fresh_until), "usable_until",
                     moment(one->times.usable_until), "next_refresh",
                     moment(one->times.next_refresh));
}

static json_t *introspection(const okta_issuer_picture *one)
{
    const uint64_t *counted = one->counted;

    return json_pack("{s:b, s:o, s:o, s:o, s:f, s:o, s:o, s:o, s:f}", "on", one->is_asked, "active",
                     number(counted[OKTA_ISSUER_ANSWERED_ACTIVE]), "inactive",
                     number(counted[OKTA_ISSUER_ANSWERED_INACTIVE]), "failed",
                     number(counted[OKTA_ISSUER_UNANSWERED]), "seconds",
                     (double)counted[OKTA_ISSUER_ASKED_MICROSECONDS] / 1e6, "remembered",
                     number(counted[OKTA_ISSUER_ANSWERS_REMEMBERED]), "shared",
                     number(counted[OKTA_ISSUER_ANSWERS_SHARED]), "turned_away",
                     number(counted[OKTA_ISSUER_TURNED_AWAY]), "pause", (double)one->pause / 1e6);
}

static json_t *issuer(const okta_issuer_picture *one)
{
    const uint64_t *counted = one->counted;

    return json_pack(
        "{s:s, s:s, s:o, s:o, s:o, s:{s:o, s:s?}, s:o, s:o, s:o, s:o, s:{s:o, s:f}, "
        "s:o}",
        "issuer", one->issuer->url, "state", okta_phase_name(one->phase), "since",
        moment(one->moments.state_since), "trouble_since", moment(one->moments.trouble_since),
        "keys", keys(one), "last_failure", "at", moment(one->moments.failed_at), "cause",
        one->cause, "fetches", number(counted[OKTA_ISSUER_FETCHES]), "failed_fetches",
        number(counted[OKTA_ISSUER_FETCH_FAILURES]), "forced_fetches",
        number(counted[OKTA_ISSUER_FORCED_FETCHES]), "kid_misses",
        number(counted[OKTA_ISSUER_KID_MISSES]), "waits", "count",
        number(counted[OKTA_ISSUER_WAITS]), "seconds",
        (double)counted[OKTA_ISSUER_WAIT_MICROSECONDS] / 1e6, "introspection", introspection(one));
}

static json_t *issuers(const okta_picture *picture)
{
    json_t *list = json_array();

    for (int i = 0; i < picture->issuers->nelts; i++)
        json_array_append_new(list,
                              issuer(&APR_ARRAY_IDX(picture->issuers, i, okta_issuer_picture)));
    return list;
}

static json_t *list_of(const okta_list_picture *one)
{
    const okta_revocations_facts *facts = &one->facts;
    json_t *kinds = json_object();

    for (int i = 0; i < OKTA_REVOKES_COUNT; i++)
        json_object_set_new(kinds, okta_revocation_word((okta_revocation_kind)i),
                            number(facts->kinds[i]));
    return json_pack("{s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:s?, s:o}", "file", one->path, "loaded",
                     one->is_loaded, "lines", number(one->lines), "kinds", kinds, "loaded_at",
                     moment(facts->loaded_at), "changed_at", moment(facts->file.modified / 1000),
                     "bytes", number(okta_revocations_bytes(one->lines)), "trouble", one->trouble,
                     "since", moment(one->since));
}

static json_t *lists(const okta_picture *picture)
{
    json_t *list = json_array();

    for (int i = 0; i < picture->lists->nelts; i++)
        json_array_append_new(list, list_of(&APR_ARRAY_IDX(picture->lists, i, okta_list_picture)));
    return list;
}

int okta_status_send_json(request_rec *r, const okta_picture *picture)
{
    static const char *const healths[] = {"well", "warning", "alarm"};

    return okta_reply_json(
        r,
        json_pack(
            "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
            "s:i, s:i}",
            "health", healths[picture->health], "since", moment(picture->trouble_since), "troubles",
            troubles(picture), "now", moment(picture->now), "counting_since",
            moment(picture->since), "accepted", number(picture->accepted), "refused",
            number(picture->refused), "anonymous", number(picture->counted[OKTA_COUNT_ANONYMOUS]),
            "would_refuse", number(picture->counted[OKTA_COUNT_WOULD_REFUSE]), "verdicts",
            verdicts(picture), "verifications", verifications(picture), "token_cache",
            tokens(picture), "replay_memory", proofs(picture), "shared_cache",
            shared_cache(picture), "issuers", issuers(picture), "revocations", lists(picture),
            "decryption_keys", number(picture->decryption_keys), "closed_places",
            (int)picture->closed, "unenforced_places", (int)picture->unenforced));
}
