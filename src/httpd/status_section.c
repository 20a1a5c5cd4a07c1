/* SPDX-License-Identifier: Apache-2.0 */
/* What mod_status shows of us. */
#include "httpd/status.h"

#include <apr_strings.h>
#include <http_protocol.h>
#include <mod_status.h>

static const char *const healths[] = {"well", "warning", "alarm"};

static unsigned int hit_percentage(const okta_picture *picture)
{
    uint64_t hits = picture->counted[OKTA_COUNT_TOKEN_HITS] +
                    picture->counted[OKTA_COUNT_REFUSAL_HITS],
             all = hits + picture->counted[OKTA_COUNT_MISSES];

    return all ? (unsigned int)(hits * 100 / all) : 0;
}

static void line(request_rec *r, const char *name, uint64_t value)
{
    ap_rprintf(r, "Okta%s: %" APR_UINT64_T_FMT "\n", name, value);
}

static void send_lines(request_rec *r, const okta_picture *picture)
{
    ap_rprintf(r, "OktaHealth: %s\n", healths[picture->health]);
    line(r, "Accepted", picture->accepted);
    line(r, "Refused", picture->refused);
    line(r, "Anonymous", picture->counted[OKTA_COUNT_ANONYMOUS]);
    line(r, "WouldRefuse", picture->counted[OKTA_COUNT_WOULD_REFUSE]);
    line(r, "Verifications", picture->verifications);
    line(r, "CacheTokens", picture->tokens);
    line(r, "CacheHitPercentage", hit_percentage(picture));
    line(r, "ReplayEntries", picture->proofs);
    line(r, "ReplayCapacity", picture->proof_capacity);
    for (int i = 0; i < picture->issuers->nelts; i++) {
        const okta_issuer_picture *one = &APR_ARRAY_IDX(picture->issuers, i, okta_issuer_picture);

        ap_rprintf(r, "OktaIssuer: %s %s\n", okta_phase_name(one->phase), one->issuer->url);
    }
}

static void send_issuer(request_rec *r, const okta_picture *picture, const okta_issuer_picture *one)
{
    const okta_key_times *times = &one->times;

    ap_rprintf(
        r, "<tr><td>%s</td><td>%s</td><td>%lu</td><td>%s</td><td>%s</td><td>%s</td></tr>\n",
        ap_escape_html(r->pool, one->issuer->url), okta_phase_name(one->phase),
        (unsigned long)one->keys,
        times->fetched_at ? okta_words_for_duration(r->pool, picture->now - times->fetched_at)
                          : "-",
        times->next_refresh ? okta_words_for_duration(r->pool, times->next_refresh - picture->now)
                            : "-",
        okta_phase_is_well(one->phase) || !one->cause ? "-" : ap_escape_html(r->pool, one->cause));
}

static void send_troubles(request_rec *r, const okta_picture *picture)
{
    for (int i = 0; i < picture->troubles->nelts; i++) {
        const okta_trouble *one = &APR_ARRAY_IDX(picture->troubles, i, okta_trouble);

        ap_rprintf(r, "<dt><b>%s</b>: %s</dt>\n", ap_escape_html(r->pool, one->where),
                   ap_escape_html(r->pool, one->what));
    }
}

static void send_html(request_rec *r, const okta_picture *picture, bool tables)
{
    apr_pool_t *pool = r->pool;

    ap_rprintf(r, "<hr /><h2>mod_auth_okta: %s</h2>\n<dl>\n",
               picture->health == OKTA_WELL ? "all is well" : "not well");
    send_troubles(r, picture);
    ap_rprintf(r,
               "<dt>%s requests accepted, %s refused, %s let in anonymously</dt>\n"
               "<dt>%s tokens verified, %u %% of lookups remembered, %s tokens in memory</dt>\n"
               "</dl>\n",
               okta_words_for_number(pool, picture->accepted),
               okta_words_for_number(pool, picture->refused),
               okta_words_for_number(pool, picture->counted[OKTA_COUNT_ANONYMOUS]),
               okta_words_for_number(pool, picture->verifications), hit_percentage(picture),
               okta_words_for_number(pool, picture->tokens));
    if (!tables)
        return;
    ap_rputs("<table border=\"1\"><tr><th>Issuer</th><th>State</th><th>Keys</th><th>Age</th>"
             "<th>Next refresh in</th><th>Failure</th></tr>\n",
             r);
    for (int i = 0; i < picture->issuers->nelts; i++)
        send_issuer(r, picture, &APR_ARRAY_IDX(picture->issuers, i, okta_issuer_picture));
    ap_rputs("</table>\n", r);
}

int okta_send_status_section(request_rec *r, int flags)
{
    const okta_picture *picture;

    if (!okta_server_status(okta_server_config_of(r->server)))
        return DECLINED;
    picture = okta_picture_take(r);
    if (flags & AP_STATUS_SHORT)
        send_lines(r, picture);
    else
        send_html(r, picture, !(flags & AP_STATUS_NOTABLE));
    return OK;
}
