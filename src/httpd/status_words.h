/* SPDX-License-Identifier: Apache-2.0 */
/* Words for how the module is doing. */
#ifndef OKTA_HTTPD_STATUS_WORDS_H
#define OKTA_HTTPD_STATUS_WORDS_H

#include "core/schedule.h"

#include <apr_pools.h>
#include <apr_time.h>

typedef enum okta_health {
    OKTA_WELL,
    OKTA_WARNING, /* nobody is refused for it yet */
    OKTA_ALARM    /* requests are refused that ought to be let in */
} okta_health;

/* The names of phases, as in the log; and how bad they are. */
const char *okta_phase_name(okta_phase phase);
okta_health okta_phase_health(okta_phase phase);

/* Words for people, in the pool: "2026-11-26 13:05 UTC", "12 min", "1,234,567". */
const char *okta_words_for_time(apr_pool_t *pool, apr_time_t time);
const char *okta_words_for_duration(apr_pool_t *pool, apr_interval_time_t duration);
const char *okta_words_for_number(apr_pool_t *pool, uint64_t number);

#endif
