/* SPDX-License-Identifier: Apache-2.0 */
/* The text that Prometheus reads: OpenMetrics 1.0 where the client asks for it, else its older
 * format 0.0.4, which differs in the names that HELP and TYPE have, and at the end. */
#include "core/release.h"
#include "httpd/status.h"

#include <apr_strings.h>
#include <http_protocol.h>
#include <stdio.h>

#define PREFIX "mod_auth_okta_"
#define OPEN_METRICS "application/openmetrics-text"
#define LABEL_BYTES 4096

typedef struct writer {
    request_rec *r;
    const okta_picture *picture;
    bool open_metrics;
} writer;

/* A backslash in front of quotes, line feeds and itself; cut where it gets too long. */
static const char *escaped(apr_pool_t *pool, const char *text)
{
    char *made = apr_palloc(pool, LABEL_BYTES), *to = made;

    for (; *text && to < made + LABEL_BYTES - 3; text++) {
        if (*text == '\\' || *text == '"' || *text == '\n')
            *to++ = '\\';
        *to++ = *text == '\n' ? 'n' : *text;
    }
    *to = '\0';
    return made;
}

static void family(const writer *w, const char *name, const char *type, const char *help)
{
    const char *suffix = strcmp(type, "counter") == 0 && !w->open_metrics ? "_total" : "";

    ap_rprintf(w->r, "# HELP " PREFIX "%s%s %s\n# TYPE " PREFIX "%s%s %s\n", name, suffix, help,
               name, suffix, type);
}

static void gauge(const writer *w, const char *name, const char *help, uint64_t value)
{
    family(w, name, "gauge", help);
    ap_rprintf(w->r, PREFIX "%s %" APR_UINT64_T_FMT "\n", name, value);
}

static void counter(const writer *w, const char *name, const char *help, uint64_t value)
{
    family(w, name, "counter", help);
    ap_rprintf(w->r, PREFIX "%s_total %" APR_UINT64_T_FMT "\n", name, value);
}

static void seconds(const writer *w, apr_time_t time)
{
    ap_rprintf(w->r, "%" APR_TIME_T_FMT ".%06d\n", apr_time_sec(time), (int)apr_time_usec(time));
}

/* Without the word in front of it. */
static const char *version(void)
{
    const char *space = strchr(okta_release(), ' ');

    return space ? space + 1 : okta_release();
}

static void write_verdicts(const writer *w)
{
    const uint64_t *counted = w->picture->counted;

    family(w, "build_info", "gauge", "The version of the module.");
    ap_rprintf(w->r, PREFIX "build_info{version=\"%s\"} 1\n", version());
    family(w, "counting_since_timestamp_seconds", "gauge",
           "When the counters began: at the start of httpd.");
    ap_rputs(PREFIX "counting_since_timestamp_seconds ", w->r);
    seconds(w, w->picture->since);
    family(w, "verdicts", "counter",
           "Requests that were judged, by the reason; ok was let in. The status is what the reason "
           "answers.");
    for (int i = 0; i < OKTA_REASON_COUNT; i++)
        ap_rprintf(w->r,
                   PREFIX "verdicts_total{reason=\"%s\",status=\"%d\"} %" APR_UINT64_T_FMT "\n",
                   okta_reason_tag((okta_reason)i), okta_reason_status((okta_reason)i),
                   counted[OKTA_COUNT_VERDICTS + i]);
    counter(w, "anonymous",
            "Requests that were let in without identity (OktaAnonymous), also in verdicts.",
            counted[OKTA_COUNT_ANONYMOUS]);
    counter(w, "would_refuse",
            "Requests that were let in although the verdict was against it, also in verdicts.",
            counted[OKTA_COUNT_WOULD_REFUSE]);
}

static void write_places(const writer *w)
{
    gauge(w, "closed_places",
          "Places that answer 500, for the last restart could not take them as configured.",
          w->picture->closed);
    gauge(w, "unenforced_places", "Places where nothing is refused (OktaEnforce Off).",
          w->picture->unenforced);
}

static void write_verifications(const writer *w)
{
    const uint64_t *counted = w->picture->counted;
    uint64_t sum = 0;

    family(w, "verification_seconds", "histogram",
           "The time to verify a token that was not remembered, without waiting for keys.");
    for (int i = 0; i < OKTA_BUCKETS; i++) {
        char bound[32] = "+Inf";

        /* APR writes .5 for 0.5 */
        if (i < OKTA_BUCKETS - 1)
            snprintf(bound, sizeof(bound), "%g", (double)okta_bucket_bounds[i] / 1e9);
        sum += counted[OKTA_COUNT_BUCKETS + i];
        ap_rprintf(w->r, PREFIX "verification_seconds_bucket{le=\"%s\"} %" APR_UINT64_T_FMT "\n",
                   bound, sum);
    }
    ap_rprintf(w->r,
               PREFIX "verification_seconds_sum %.9f\n" PREFIX
                      "verification_seconds_count %" APR_UINT64_T_FMT "\n",
               (double)counted[OKTA_COUNT_NANOSECONDS] / 1e9, sum);
}

/* One of tokens that were good, and of refusals. */
static void pair(const writer *w, const char *name, const char *suffix, uint64_t tokens,
                 uint64_t refusals)
{
    ap_rprintf(w->r, PREFIX "%s%s{cache=\"tokens\"} %" APR_UINT64_T_FMT "\n", name, suffix, tokens);
    ap_rprintf(w->r, PREFIX "%s%s{cache=\"refusals\"} %" APR_UINT64_T_FMT "\n", name, suffix,
               refusals);
}

static void write_cache(const writer *w)
{
    const okta_picture *picture = w->picture;
    const uint64_t *counted = picture->counted;

    family(w, "cache_entries", "gauge", "Verdicts that are remembered.");
    pair(w, "cache_entries", "", picture->tokens, picture->refusals);
    family(w, "cache_hits", "counter", "Remembered verdicts that were used.");
    pair(w, "cache_hits", "_total", counted[OKTA_COUNT_TOKEN_HITS],
         counted[OKTA_COUNT_REFUSAL_HITS]);
    counter(w, "cache_misses", "Tokens of which no verdict was remembered.",
            counted[OKTA_COUNT_MISSES]);
    family(w, "cache_evictions", "counter",
           "Remembered verdicts that made room for others before their end.");
    pair(w, "cache_evictions", "_total", counted[OKTA_COUNT_TOKEN_EVICTIONS],
         counted[OKTA_COUNT_REFUSAL_EVICTIONS]);
    gauge(w, "cache_capacity", "Good tokens that can be remembered (OktaTokenCache).",
          picture->token_capacity);
    gauge(w, "cache_bytes", "Shared memory of the remembered verdicts.", picture->token_bytes);
    gauge(w, "replay_entries", "DPoP proofs that are remembered and still good.", picture->proofs);
    gauge(w, "replay_capacity", "DPoP proofs that can be remembered (OktaReplayEntries).",
          picture->proof_capacity);
    gauge(w, "decryption_keys", "Private keys that open encrypted tokens (OktaDecryptionKey).",
          picture->decryption_keys);
    counter(w, "replay_full", "Requests that were refused because that memory was full.",
            counted[okta_counter_of(OKTA_REPLAY_MEMORY_FULL)]);
    counter(w, "shared_cache_calls",
            "What the store of OktaSharedCache was asked: about proofs, and for answers.",
            counted[OKTA_COUNT_SHARED_CALLS]);
    counter(w, "shared_cache_failures", "Those that it did not answer.",
            counted[OKTA_COUNT_SHARED_FAILURES]);
    if (picture->shares)
        gauge(w, "shared_cache_answers", "1 while the store of OktaSharedCache answers.",
              !picture->store_is_lost);
    if (picture->shares_answers)
        gauge(w, "shared_cache_introspection",
              "1 while the store of OktaSharedCache is asked for answers of introspection.",
              !picture->answers_are_lost);
}

/* Of each issuer one sample. `at`: of which member of the picture. */
static void issuer_times(const writer *w, const char *name, const char *help, size_t at)
{
    const apr_array_header_t *issuers = w->picture->issuers;

    family(w, name, "gauge", help);
    for (int i = 0; i < issuers->nelts; i++) {
        const okta_issuer_picture *one = &APR_ARRAY_IDX(issuers, i, okta_issuer_picture);
        int64_t time = *(const int64_t *)(const void *)((const char *)one + at);

        if (time <= 0)
            continue;
        ap_rprintf(w->r, PREFIX "%s{issuer=\"%s\"} ", name, escaped(w->r->pool, one->issuer->url));
        seconds(w, time);
    }
}

static void issuer_counters(const writer *w, const char *name, const char *help,
                            okta_issuer_counter which)
{
    const apr_array_header_t *issuers = w->picture->issuers;

    family(w, name, "counter", help);
    for (int i = 0; i < issuers->nelts; i++) {
        const okta_issuer_picture *one = &APR_ARRAY_IDX(issuers, i, okta_issuer_picture);

        ap_rprintf(w->r, PREFIX "%s_total{issuer=\"%s\"} ", name,
                   escaped(w->r->pool, one->issuer->url));
        if (which == OKTA_ISSUER_WAIT_MICROSECONDS || which == OKTA_ISSUER_ASKED_MICROSECONDS)
            seconds(w, (apr_time_t)one->counted[which]);
        else
            ap_rprintf(w->r, "%" APR_UINT64_T_FMT "\n", one->counted[which]);
    }
}

static void write_states(const writer *w)
{
    const apr_array_header_t *issuers = w->picture->issuers;

    family(w, "issuer_state", "gauge", "1 for the state that the issuer's keys are in.");
    for (int i = 0; i < issuers->nelts; i++) {
        const okta_issuer_picture *one = &APR_ARRAY_IDX(issuers, i, okta_issuer_picture);

        for (int phase = OKTA_PHASE_EMPTY; phase <= OKTA_PHASE_EXPIRED; phase++)
            ap_rprintf(w->r, PREFIX "issuer_state{issuer=\"%s\",state=\"%s\"} %d\n",
                       escaped(w->r->pool, one->issuer->url), okta_phase_name((okta_phase)phase),
                       (int)one->phase == phase);
    }
    family(w, "issuer_keys", "gauge", "Keys in memory by which tokens can be verified.");
    for (int i = 0; i < issuers->nelts; i++) {
        const okta_issuer_picture *one = &APR_ARRAY_IDX(issuers, i, okta_issuer_picture);

        ap_rprintf(w->r, PREFIX "issuer_keys{issuer=\"%s\"} %lu\n",
                   escaped(w->r->pool, one->issuer->url), (unsigned long)one->keys);
    }
}

#define AT(member) offsetof(okta_issuer_picture, member)

static void write_issuers(const writer *w)
{
    write_states(w);
    issuer_times(w, "issuer_state_since_timestamp_seconds", "Since when it is in that state.",
                 AT(moments.state_since));
    issuer_times(w, "issuer_keys_fetched_timestamp_seconds",
                 "When its keys were last confirmed by their source.", AT(times.fetched_at));
    issuer_times(w, "issuer_keys_usable_until_timestamp_seconds",
                 "When its keys get too old to judge tokens by, if they are not refreshed.",
                 AT(times.usable_until));
    issuer_times(w, "issuer_next_refresh_timestamp_seconds", "When its keys will be fetched next.",
                 AT(times.next_refresh));
    issuer_times(w, "issuer_last_failure_timestamp_seconds",
                 "When a fetch of its keys last failed.", AT(moments.failed_at));
    issuer_counters(w, "issuer_fetches", "Fetches of its keys that began.", OKTA_ISSUER_FETCHES);
    issuer_counters(w, "issuer_fetch_failures", "Fetches of its keys that failed.",
                    OKTA_ISSUER_FETCH_FAILURES);
    issuer_counters(w, "issuer_forced_fetches",
                    "Fetches ahead of plan, for a token with an unknown key id.",
                    OKTA_ISSUER_FORCED_FETCHES);
    issuer_counters(w, "issuer_kid_misses", "Tokens whose key id was not among the keys in memory.",
                    OKTA_ISSUER_KID_MISSES);
    issuer_counters(w, "issuer_waits", "Times that a request waited for keys.", OKTA_ISSUER_WAITS);
    issuer_counters(w, "issuer_wait_seconds", "Time that requests waited for keys, all together.",
                    OKTA_ISSUER_WAIT_MICROSECONDS);
}

/* Of each list of OktaRevocations. */
static void list_times(const writer *w, const char *name, const char *help, bool of_file)
{
    const apr_array_header_t *lists = w->picture->lists;

    family(w, name, "gauge", help);
    for (int i = 0; i < lists->nelts; i++) {
        const okta_list_picture *one = &APR_ARRAY_IDX(lists, i, okta_list_picture);

        if (!one->is_loaded)
            continue;
        ap_rprintf(w->r, PREFIX "%s{file=\"%s\"} ", name, escaped(w->r->pool, one->path));
        seconds(w, of_file ? one->facts.file.modified / 1000 : one->facts.loaded_at);
    }
}

static void write_lists(const writer *w)
{
    const apr_array_header_t *lists = w->picture->lists;

    family(w, "revocations", "gauge", "Lines of a list of OktaRevocations, by what they refuse.");
    for (int i = 0; i < lists->nelts; i++) {
        const okta_list_picture *one = &APR_ARRAY_IDX(lists, i, okta_list_picture);

        for (int k = 0; k < OKTA_REVOKES_COUNT; k++)
            ap_rprintf(w->r, PREFIX "revocations{file=\"%s\",kind=\"%s\"} %" APR_UINT64_T_FMT "\n",
                       escaped(w->r->pool, one->path),
                       okta_revocation_word((okta_revocation_kind)k), one->facts.kinds[k]);
    }
    family(w, "revocations_trouble", "gauge",
           "1 where the file cannot be used, and the last good list holds, if there is one.");
    for (int i = 0; i < lists->nelts; i++) {
        const okta_list_picture *one = &APR_ARRAY_IDX(lists, i, okta_list_picture);

        ap_rprintf(w->r, PREFIX "revocations_trouble{file=\"%s\"} %d\n",
                   escaped(w->r->pool, one->path), !one->is_loaded || one->trouble);
    }
    list_times(w, "revocations_loaded_timestamp_seconds", "When the list that holds was read.",
               false);
    list_times(w, "revocations_changed_timestamp_seconds",
               "When its file was changed before that, by its file system.", true);
}

static void write_introspections(const writer *w)
{
    static const struct {
        const char *outcome;
        okta_issuer_counter which;
    } outcomes[] = {{"active", OKTA_ISSUER_ANSWERED_ACTIVE},
                    {"inactive", OKTA_ISSUER_ANSWERED_INACTIVE},
                    {"failed", OKTA_ISSUER_UNANSWERED}};
    const apr_array_header_t *issuers = w->picture->issuers;

    family(w, "introspections", "counter", "Calls that asked the issuer about a token.");
    for (int i = 0; i < issuers->nelts; i++) {
        const okta_issuer_picture *one = &APR_ARRAY_IDX(issuers, i, okta_issuer_picture);

        for (size_t k = 0; k < sizeof(outcomes) / sizeof(outcomes[0]); k++)
            ap_rprintf(w->r,
                       PREFIX "introspections_total{issuer=\"%s\",outcome=\"%s\"} "
                              "%" APR_UINT64_T_FMT "\n",
                       escaped(w->r->pool, one->issuer->url), outcomes[k].outcome,
                       one->counted[outcomes[k].which]);
    }
    issuer_counters(w, "introspection_seconds", "Time that these calls took, all together.",
                    OKTA_ISSUER_ASKED_MICROSECONDS);
    issuer_counters(w, "introspection_hits", "Requests for which a remembered answer did.",
                    OKTA_ISSUER_ANSWERS_REMEMBERED);
    issuer_counters(w, "introspection_shared",
                    "Answers that another host had got, by the store of OktaSharedCache.",
                    OKTA_ISSUER_ANSWERS_SHARED);
    issuer_counters(w, "introspection_turned_away",
                    "Requests that needed an answer, and neither asked nor got one.",
                    OKTA_ISSUER_TURNED_AWAY);
    family(w, "introspection_paused", "gauge",
           "1 while the issuer is not asked about tokens, since it fails.");
    for (int i = 0; i < issuers->nelts; i++) {
        const okta_issuer_picture *one = &APR_ARRAY_IDX(issuers, i, okta_issuer_picture);

        ap_rprintf(w->r, PREFIX "introspection_paused{issuer=\"%s\"} %d\n",
                   escaped(w->r->pool, one->issuer->url), one->pause > 0);
    }
}

int okta_status_send_metrics(request_rec *r, const okta_picture *picture)
{
    const char *accept = apr_table_get(r->headers_in, "Accept");
    const writer w = {r, picture, accept && strstr(accept, OPEN_METRICS) != NULL};

    ap_set_content_type(r, w.open_metrics ? OPEN_METRICS "; version=1.0.0; charset=utf-8"
                                          : "text/plain; version=0.0.4; charset=utf-8");
    apr_table_mergen(r->headers_out, "Vary", "Accept");
    write_verdicts(&w);
    write_places(&w);
    write_verifications(&w);
    write_cache(&w);
    write_issuers(&w);
    write_lists(&w);
    write_introspections(&w);
    if (w.open_metrics)
        ap_rputs("# EOF\n", r);
    return OK;
}
