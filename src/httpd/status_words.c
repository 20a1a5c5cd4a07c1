/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/status_words.h"

#include "httpd/issuer_counters.h"

#include <apr_strings.h>

static const char *const phase_names[] = {
    [OKTA_PHASE_EMPTY] = "empty", [OKTA_PHASE_MISSING] = "missing",
    [OKTA_PHASE_FRESH] = "fresh", [OKTA_PHASE_FAILING] = "failing",
    [OKTA_PHASE_STALE] = "stale", [OKTA_PHASE_EXPIRED] = "expired"};

const char *okta_phase_name(okta_phase phase)
{
    return phase_names[phase];
}

okta_health okta_phase_health(okta_phase phase)
{
    if (phase == OKTA_PHASE_MISSING || phase == OKTA_PHASE_EXPIRED)
        return OKTA_ALARM;
    return okta_phase_is_well(phase) ? OKTA_WELL : OKTA_WARNING;
}

const char *okta_words_for_time(apr_pool_t *pool, apr_time_t time)
{
    apr_time_exp_t parts;

    if (apr_time_exp_gmt(&parts, time) != APR_SUCCESS)
        return "?";
    return apr_psprintf(pool, "%d-%02d-%02d %02d:%02d UTC", parts.tm_year + 1900, parts.tm_mon + 1,
                        parts.tm_mday, parts.tm_hour, parts.tm_min);
}

const char *okta_words_for_duration(apr_pool_t *pool, apr_interval_time_t duration)
{
    static const struct unit {
        apr_int64_t seconds;
        const char *name;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    apr_int64_t seconds = duration > 0 ? apr_time_sec(duration) : 0;
    const struct unit *unit = units;

    /* 90 min tells more than 1 h */
    while (unit->seconds > 1 && seconds < 2 * unit->seconds)
        unit++;
    return apr_psprintf(pool, "%" APR_INT64_T_FMT " %s", seconds / unit->seconds, unit->name);
}

const char *okta_words_for_number(apr_pool_t *pool, uint64_t number)
{
    char digits[32], *to = digits + sizeof(digits) - 1;

    *to = '\0';
    for (int written = 0; written == 0 || number > 0; written++) {
        if (written > 0 && written % 3 == 0)
            *--to = ',';
        *--to = (char)('0' + number % 10);
        number /= 10;
    }
    return apr_pstrdup(pool, to);
}
