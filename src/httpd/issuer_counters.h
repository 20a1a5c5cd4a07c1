/* SPDX-License-Identifier: Apache-2.0 */
/* What is counted and noted of each issuer, in memory that outlives restarts, the issuer's absence
 * from a configuration among them. */
#ifndef OKTA_HTTPD_ISSUER_COUNTERS_H
#define OKTA_HTTPD_ISSUER_COUNTERS_H

#include "core/schedule.h"
#include "httpd/registry.h"

typedef enum okta_issuer_counter {
    OKTA_ISSUER_FETCHES,
    OKTA_ISSUER_FETCH_FAILURES,
    OKTA_ISSUER_FORCED_FETCHES, /* ahead of plan, for a token whose key id was unknown */
    OKTA_ISSUER_KID_MISSES,     /* tokens whose key id was not among the keys in memory */
    OKTA_ISSUER_WAITS,          /* of requests for keys */
    OKTA_ISSUER_WAIT_MICROSECONDS,
    OKTA_ISSUER_ANSWERED_ACTIVE, /* introspections that the issuer answered so */
    OKTA_ISSUER_ANSWERED_INACTIVE,
    OKTA_ISSUER_UNANSWERED,         /* and those that it did not answer, or not usably */
    OKTA_ISSUER_ASKED_MICROSECONDS, /* that all of them took */
    OKTA_ISSUER_ANSWERS_REMEMBERED, /* answers of before that did for a request */
    OKTA_ISSUER_ANSWERS_SHARED,     /* that another host had got */
    OKTA_ISSUER_TURNED_AWAY,        /* requests that got no answer and did not ask */
    OKTA_ISSUER_COUNTERS
} okta_issuer_counter;

/* Times are microseconds since the epoch, 0 for never. */
typedef struct okta_issuer_moments {
    apr_time_t state_since;   /* since when it is in the phase that it is in */
    apr_time_t trouble_since; /* since when it is not well; 0: it is */
    apr_time_t failed_at;     /* when a fetch last failed */
} okta_issuer_moments;

/* Parent, post_config, when the keys that there are have been published: every issuer of the
 * registry gets its counters. Where there is no memory for them nothing is counted of it. */
void okta_issuer_counters_create(server_rec *server);

/* Any process and thread, all of them: no lock, no allocation. */
void okta_issuer_count(const okta_issuer *issuer, okta_issuer_counter counter);
void okta_issuer_count_wait(const okta_issuer *issuer, int64_t microseconds);
uint64_t okta_issuer_counted(const okta_issuer *issuer, okta_issuer_counter counter);

/* So much more of it. */
void okta_issuer_count_some(const okta_issuer *issuer, okta_issuer_counter counter, uint64_t many);

/* When its introspection endpoint is left alone; NULL: there is no memory for it. */
struct okta_breaker *okta_issuer_breaker(const okta_issuer *issuer);

/* It has this phase from now on, if it had another one. */
void okta_issuer_note_phase(const okta_issuer *issuer, okta_phase phase, apr_time_t now);
void okta_issuer_note_failure(const okta_issuer *issuer, apr_time_t now);

/* As noted; where it has another phase by now than the one that was noted, as of now. */
okta_issuer_moments okta_issuer_moments_of(const okta_issuer *issuer, okta_phase phase,
                                           apr_time_t now);

/* Whether nothing has to be done about an issuer in this phase. */
bool okta_phase_is_well(okta_phase phase);

#endif
