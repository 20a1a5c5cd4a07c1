/* SPDX-License-Identifier: Apache-2.0 */
/* The page for people: no script, nothing from elsewhere, the answer to "is it well?" on top. */
#include "core/digest.h"
#include "core/release.h"
#include "httpd/status.h"

#include <apr_base64.h>
#include <apr_strings.h>
#include <http_protocol.h>
#include <stdio.h>

#define RELOAD "10" /* seconds */
#define REASONS_SHOWN 10

typedef struct page {
    request_rec *r;
    const okta_picture *picture;
} page;

static const char *const classes[] = {"well", "warning", "alarm"};

static const char *number(const page *p, uint64_t value)
{
    return okta_words_for_number(p->r->pool, value);
}

static const char *html(const page *p, const char *text)
{
    return ap_escape_html(p->r->pool, text);
}

/* It may be broken behind each slash. */
static const char *breakable(const page *p, const char *text)
{
    const char *escaped = html(p, text);
    char *made = apr_palloc(p->r->pool, strlen(escaped) * sizeof("/<wbr>") + 1), *to = made;

    for (; *escaped; escaped++) {
        *to++ = *escaped;
        if (*escaped == '/' && escaped[1] != '/')
            to = apr_cpystrn(to, "<wbr>", sizeof("<wbr>"));
    }
    *to = '\0';
    return made;
}

static const char *ago(const page *p, apr_time_t time)
{
    return okta_words_for_duration(p->r->pool, p->picture->now - time);
}

static const char *ahead(const page *p, apr_time_t time)
{
    return okta_words_for_duration(p->r->pool, time - p->picture->now);
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static const char *headline(const page *p)
{
    const okta_picture *picture = p->picture;

    if (picture->health == OKTA_WELL)
        return "All is well.";
    if (!picture->trouble_since)
        return "Not well.";
    return apr_psprintf(p->r->pool, "Not well for %s.", ago(p, picture->trouble_since));
}

static void send_head(const page *p)
{
    const char *title = headline(p);

    ap_rprintf(p->r,
               "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
               "<meta name=\"color-scheme\" content=\"light dark\">\n"
               "<meta http-equiv=\"refresh\" content=\"" RELOAD "\">\n"
               "<title>%s - mod_auth_okta</title>\n<style>%s</style></head>\n"
               "<body class=\"%s\">\n<header><h1>%s</h1>\n",
               title, okta_status_style, classes[p->picture->health], title);
}

static void send_troubles(const page *p)
{
    const okta_picture *picture = p->picture;

    for (int i = 0; i < picture->troubles->nelts; i++) {
        const okta_trouble *one = &APR_ARRAY_IDX(picture->troubles, i, okta_trouble);

        ap_rprintf(p->r, "<p><b>%s</b>%s%s.<br>%s</p>\n", breakable(p, one->where),
                   one->since ? " since " : "",
                   one->since ? okta_words_for_time(p->r->pool, one->since) : "",
                   breakable(p, one->what));
    }
    if (picture->health == OKTA_WELL)
        ap_rprintf(p->r, "<p>%d issuer%s; every token of theirs can be checked.</p>\n",
                   picture->issuers->nelts, plural((uint64_t)picture->issuers->nelts));
    ap_rputs("</header>\n<main>\n", p->r);
}

/* A bar of part in whole, between a name and a text. */
static void send_row(const page *p, const char *name, uint64_t part, uint64_t whole,
                     const char *text)
{
    ap_rprintf(p->r,
               "<tr><td>%s</td><td><svg viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\" "
               "aria-hidden=\"true\"><rect width=\"%.1f\" height=\"1\"/></svg></td><td>%s</td>"
               "</tr>\n",
               name, whole ? (double)part * 100 / (double)whole : 0.0, text);
}

static void send_number(const page *p, uint64_t value, const char *name)
{
    ap_rprintf(p->r, "<div><b>%s</b><span>%s</span></div>\n", number(p, value), name);
}

/* The reason that was given most often of those that were not shown yet; OKTA_OK: none is left. */
static okta_reason next_reason(const okta_picture *picture, const bool *shown)
{
    int found = OKTA_OK;
    uint64_t most = 0;

    for (int i = 0; i < OKTA_REASON_COUNT; i++) {
        uint64_t count = picture->counted[OKTA_COUNT_VERDICTS + i];

        if (i != OKTA_OK && !shown[i] && count > most) {
            most = count;
            found = i;
        }
    }
    return (okta_reason)found;
}

static void send_requests(const page *p)
{
    const okta_picture *picture = p->picture;
    bool shown[OKTA_REASON_COUNT] = {false};
    okta_reason reason = next_reason(picture, shown);
    const uint64_t most = picture->counted[okta_counter_of(reason)];

    ap_rputs("<section><h2>Requests</h2>\n<div class=\"numbers\">\n", p->r);
    send_number(p, picture->accepted, "accepted");
    send_number(p, picture->refused, "refused");
    if (picture->counted[OKTA_COUNT_ANONYMOUS])
        send_number(p, picture->counted[OKTA_COUNT_ANONYMOUS], "anonymous");
    if (picture->counted[OKTA_COUNT_WOULD_REFUSE])
        send_number(p, picture->counted[OKTA_COUNT_WOULD_REFUSE], "let in, not enforced");
    ap_rputs("</div>\n<table>\n", p->r);
    for (int i = 0; i < REASONS_SHOWN && reason != OKTA_OK; i++) {
        uint64_t count = picture->counted[okta_counter_of(reason)];

        send_row(p, okta_reason_tag(reason), count, most, number(p, count));
        shown[reason] = true;
        reason = next_reason(picture, shown);
    }
    ap_rputs("</table></section>\n", p->r);
}

static void send_entry(const page *p, const char *name, const char *text)
{
    ap_rprintf(p->r, "<dt>%s</dt><dd>%s</dd>\n", name, text);
}

static const char *kids_of(const page *p, const okta_issuer_picture *one)
{
    return one->kids->nelts ? html(p, apr_array_pstrcat(p->r->pool, one->kids, ' ')) : "none";
}

static void send_key_times(const page *p, const okta_issuer_picture *one)
{
    const okta_key_times *times = &one->times;
    apr_pool_t *pool = p->r->pool;

    if (times->fetched_at)
        send_entry(p, one->issuer->settings.jwks_file ? "Read" : "Confirmed",
                   apr_pstrcat(pool, ago(p, times->fetched_at), " ago", NULL));
    if (times->next_refresh)
        send_entry(p, "Next refresh",
                   times->next_refresh > p->picture->now
                       ? apr_pstrcat(pool, "in ", ahead(p, times->next_refresh), NULL)
                       : "now");
    if (times->usable_until > p->picture->now)
        send_entry(p, "Good without a refresh",
                   apr_pstrcat(pool, "for ", ahead(p, times->usable_until), NULL));
    else if (times->usable_until)
        send_entry(p, "Too old", apr_pstrcat(pool, "for ", ago(p, times->usable_until), NULL));
}

static void send_issuer_counters(const page *p, const okta_issuer_picture *one)
{
    const uint64_t *counted = one->counted;
    apr_pool_t *pool = p->r->pool;

    if (one->issuer->settings.jwks_file)
        return;
    send_entry(p, "Fetches",
               apr_psprintf(pool, "%s, %s failed", number(p, counted[OKTA_ISSUER_FETCHES]),
                            number(p, counted[OKTA_ISSUER_FETCH_FAILURES])));
    send_entry(p, "Fetches ahead of plan", number(p, counted[OKTA_ISSUER_FORCED_FETCHES]));
    send_entry(p, "Unknown key ids", number(p, counted[OKTA_ISSUER_KID_MISSES]));
    send_entry(p, "Waits for keys",
               apr_psprintf(pool, "%s, %.1f s in all", number(p, counted[OKTA_ISSUER_WAITS]),
                            (double)counted[OKTA_ISSUER_WAIT_MICROSECONDS] / 1e6));
    if (one->moments.failed_at)
        send_entry(p, "Last failure",
                   apr_pstrcat(pool, ago(p, one->moments.failed_at), " ago", NULL));
    if (one->moments.failed_at && one->cause)
        ap_rprintf(p->r, "<dd class=\"cause\">%s</dd>\n", breakable(p, one->cause));
}

/* Of introspection. */
static void send_asking(const page *p, const okta_issuer_picture *one)
{
    const uint64_t *counted = one->counted;
    uint64_t asked = counted[OKTA_ISSUER_ANSWERED_ACTIVE] + counted[OKTA_ISSUER_ANSWERED_INACTIVE] +
                     counted[OKTA_ISSUER_UNANSWERED];
    apr_pool_t *pool = p->r->pool;

    if (!one->is_asked)
        return;
    send_entry(p, "Asked about tokens",
               apr_psprintf(pool, "%s, %s inactive, %s without an answer", number(p, asked),
                            number(p, counted[OKTA_ISSUER_ANSWERED_INACTIVE]),
                            number(p, counted[OKTA_ISSUER_UNANSWERED])));
    if (asked)
        send_entry(
            p, "An answer took",
            apr_psprintf(pool, "%.0f ms on average",
                         (double)counted[OKTA_ISSUER_ASKED_MICROSECONDS] / 1e3 / (double)asked));
    send_entry(p, "Answers remembered", number(p, counted[OKTA_ISSUER_ANSWERS_REMEMBERED]));
    send_entry(p, "Had by other hosts", number(p, counted[OKTA_ISSUER_ANSWERS_SHARED]));
    send_entry(p, "Turned away", number(p, counted[OKTA_ISSUER_TURNED_AWAY]));
    if (one->pause)
        send_entry(p, "Left alone",
                   apr_pstrcat(pool, "for ", okta_words_for_duration(pool, one->pause), NULL));
}

static const char *state_of(const okta_issuer_picture *one)
{
    if (one->phase != OKTA_PHASE_EMPTY)
        return okta_phase_name(one->phase);
    return one->issuer->on_demand ? "not asked yet" : "starting";
}

static void send_issuer(const page *p, const okta_issuer_picture *one)
{
    ap_rprintf(p->r, "<section><h2>%s<small><span class=\"state %s\">%s</span>",
               breakable(p, one->issuer->url), classes[okta_phase_health(one->phase)],
               state_of(one));
    if (one->moments.state_since)
        ap_rprintf(p->r, " for %s", ago(p, one->moments.state_since));
    ap_rputs("</small></h2>\n<dl>\n", p->r);
    send_entry(p,
               apr_psprintf(p->r->pool, "%lu key%s", (unsigned long)one->keys, plural(one->keys)),
               kids_of(p, one));
    send_key_times(p, one);
    send_issuer_counters(p, one);
    send_asking(p, one);
    ap_rputs("</dl></section>\n", p->r);
}

static void send_list(const page *p, const okta_list_picture *one)
{
    const okta_revocations_facts *facts = &one->facts;
    apr_pool_t *pool = p->r->pool;

    ap_rprintf(p->r,
               "<section><h2>Revocations <small>%s <span class=\"state %s\">%s</span></small></h2>"
               "\n<dl>\n",
               breakable(p, one->path),
               classes[!one->is_loaded ? OKTA_ALARM
                       : one->trouble  ? OKTA_WARNING
                                       : OKTA_WELL],
               !one->is_loaded ? "never read"
               : one->trouble  ? "the last good list holds"
                               : "in force");
    send_entry(p, "Lines",
               apr_psprintf(pool, "%s (%s jti, %s sub, %s cid, %s sid)", number(p, one->lines),
                            number(p, facts->kinds[OKTA_REVOKES_JTI]),
                            number(p, facts->kinds[OKTA_REVOKES_SUB]),
                            number(p, facts->kinds[OKTA_REVOKES_CID]),
                            number(p, facts->kinds[OKTA_REVOKES_SID])));
    if (one->is_loaded) {
        send_entry(p, "Read", apr_pstrcat(pool, ago(p, facts->loaded_at), " ago", NULL));
        send_entry(p, "File changed", okta_words_for_time(pool, facts->file.modified / 1000));
    }
    if (one->trouble)
        ap_rprintf(p->r, "<dd class=\"cause\">%s</dd>\n", breakable(p, one->trouble));
    ap_rputs("</dl></section>\n", p->r);
}

static const char *bucket_name(const page *p, int bucket)
{
    const bool last = bucket == OKTA_BUCKETS - 1;
    const double bound = (double)okta_bucket_bounds[last ? bucket - 1 : bucket] / 1e6;
    char text[32];

    /* APR writes .5 for 0.5 */
    snprintf(text, sizeof(text), "%s %g ms", last ? "more than" : "up to", bound);
    return apr_pstrdup(p->r->pool, text);
}

static void send_verifications(const page *p)
{
    const okta_picture *picture = p->picture;
    const uint64_t *counted = &picture->counted[OKTA_COUNT_BUCKETS];
    uint64_t most = 0;

    for (int i = 0; i < OKTA_BUCKETS; i++)
        most = counted[i] > most ? counted[i] : most;
    ap_rputs("<section><h2>Verifications <small>of tokens that were not remembered</small></h2>\n"
             "<div class=\"numbers\">\n",
             p->r);
    send_number(p, picture->verifications, "tokens");
    if (picture->verifications)
        ap_rprintf(p->r, "<div><b>%.2f ms</b><span>on average</span></div>\n",
                   (double)picture->counted[OKTA_COUNT_NANOSECONDS] / 1e6 /
                       (double)picture->verifications);
    ap_rputs("</div>\n<table>\n", p->r);
    for (int i = 0; i < OKTA_BUCKETS; i++)
        if (counted[i])
            send_row(p, bucket_name(p, i), counted[i], most, number(p, counted[i]));
    ap_rputs("</table></section>\n", p->r);
}

static const char *of(const page *p, uint64_t part, uint64_t whole)
{
    return apr_psprintf(p->r->pool, "%s of %s", number(p, part), number(p, whole));
}

static void send_memory(const page *p)
{
    const okta_picture *picture = p->picture;
    const uint64_t *counted = picture->counted;
    const uint64_t hits = counted[OKTA_COUNT_TOKEN_HITS] + counted[OKTA_COUNT_REFUSAL_HITS],
                   all = hits + counted[OKTA_COUNT_MISSES];

    ap_rputs("<section><h2>Memory <small>of all processes together</small></h2>\n<table>\n", p->r);
    send_row(p, "Tokens", picture->tokens, picture->token_capacity,
             of(p, picture->tokens, picture->token_capacity));
    send_row(p, "DPoP proofs", picture->proofs, picture->proof_capacity,
             of(p, picture->proofs, picture->proof_capacity));
    ap_rputs("</table>\n<dl>\n", p->r);
    send_entry(p, "Found in memory",
               all ? apr_psprintf(p->r->pool, "%s, %.1f %%", number(p, hits),
                                  (double)hits * 100 / (double)all)
                   : "0");
    send_entry(p, "Not found", number(p, counted[OKTA_COUNT_MISSES]));
    send_entry(p, "Had to make room",
               apr_psprintf(p->r->pool, "%s token%s, %s refusal%s",
                            number(p, counted[OKTA_COUNT_TOKEN_EVICTIONS]),
                            plural(counted[OKTA_COUNT_TOKEN_EVICTIONS]),
                            number(p, counted[OKTA_COUNT_REFUSAL_EVICTIONS]),
                            plural(counted[OKTA_COUNT_REFUSAL_EVICTIONS])));
    send_entry(p, "Refusals in memory", number(p, picture->refusals));
    send_entry(p, "Size of the table",
               apr_psprintf(p->r->pool, "%.1f MB", (double)picture->token_bytes / 1e6));
    send_entry(p, "Proofs refused as full",
               number(p, counted[okta_counter_of(OKTA_REPLAY_MEMORY_FULL)]));
    ap_rputs("</dl></section>\n", p->r);
}

static void send_foot(const page *p)
{
    apr_pool_t *pool = p->r->pool;

    ap_rprintf(
        p->r,
        "</main>\n<footer>%s. Counted since %s (%s). mod_auth_okta, %s. This page comes anew "
        "every " RELOAD " s. Also as <a href=\"?json\">JSON</a> and for <a "
        "href=\"?prometheus\">Prometheus</a>.</footer>\n</body></html>\n",
        okta_words_for_time(pool, p->picture->now), okta_words_for_time(pool, p->picture->since),
        ago(p, p->picture->since), okta_release());
}

/* The one style that the page has is allowed by its digest, and nothing else is. */
static const char *security_policy(apr_pool_t *pool)
{
    unsigned char digest[OKTA_DIGEST_BYTES];
    char text[4 * OKTA_DIGEST_BYTES];

    if (!okta_digest(okta_status_style, strlen(okta_status_style), digest))
        return "default-src 'none'";
    apr_base64_encode_binary(text, digest, sizeof(digest));
    return apr_pstrcat(pool, "default-src 'none'; style-src 'sha256-", text,
                       "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", NULL);
}

int okta_status_send_page(request_rec *r, const okta_picture *picture)
{
    const page p = {r, picture};

    ap_set_content_type(r, "text/html; charset=utf-8");
    apr_table_setn(r->headers_out, "Content-Security-Policy", security_policy(r->pool));
    apr_table_setn(r->headers_out, "Referrer-Policy", "no-referrer");
    send_head(&p);
    send_troubles(&p);
    send_requests(&p);
    for (int i = 0; i < picture->issuers->nelts; i++)
        send_issuer(&p, &APR_ARRAY_IDX(picture->issuers, i, okta_issuer_picture));
    for (int i = 0; i < picture->lists->nelts; i++)
        send_list(&p, &APR_ARRAY_IDX(picture->lists, i, okta_list_picture));
    send_verifications(&p);
    send_memory(&p);
    send_foot(&p);
    return OK;
}
