/* SPDX-License-Identifier: Apache-2.0 */
/* What was counted since httpd was started, by all processes together: verdicts, verifications, the
 * memory of tokens. Restarts do not end it, and no counter goes back. */
#ifndef OKTA_HTTPD_COUNTERS_H
#define OKTA_HTTPD_COUNTERS_H

#include "core/reason.h"

#include <httpd.h>

#define OKTA_BUCKETS 12 /* of the histogram, the last one without an upper bound */

typedef enum okta_counter {
    OKTA_COUNT_VERDICTS = 0,                                        /* and a reason */
    OKTA_COUNT_ANONYMOUS = OKTA_COUNT_VERDICTS + OKTA_REASON_COUNT, /* let in without identity */
    OKTA_COUNT_WOULD_REFUSE, /* let in although the verdict was against it */
    OKTA_COUNT_TOKEN_HITS,   /* remembered verdicts that were used: of good tokens */
    OKTA_COUNT_REFUSAL_HITS, /* and of others */
    OKTA_COUNT_MISSES,
    OKTA_COUNT_TOKEN_EVICTIONS, /* remembered verdicts that made room before their end */
    OKTA_COUNT_REFUSAL_EVICTIONS,
    OKTA_COUNT_SHARED_CALLS, /* of the store of OktaSharedCache */
    OKTA_COUNT_SHARED_FAILURES,
    OKTA_COUNT_NANOSECONDS, /* that verifications took */
    OKTA_COUNT_BUCKETS,     /* and the number of a bucket: verifications by their time */
    OKTA_COUNTERS = OKTA_COUNT_BUCKETS + OKTA_BUCKETS
} okta_counter;

/* Where the verdicts of a reason stand among the counters. */
static inline unsigned int okta_counter_of(okta_reason reason)
{
    return (unsigned int)OKTA_COUNT_VERDICTS + (unsigned int)reason;
}

/* Upper bounds of the buckets but the last one, in nanoseconds. */
extern const uint64_t okta_bucket_bounds[OKTA_BUCKETS - 1];

/* Parent, post_config: make the memory, or go on with the one that there is. An httpd status; at a
 * restart always OK: where there is no memory nothing is counted. */
int okta_counters_create(apr_pool_t *pconf, server_rec *server);

/* Any process and thread, all of them: no lock, no allocation. */

/* A request was judged, for this reason; OKTA_OK: it was let in. By okta_request_count, which sees
 * to it that each counts once. */
void okta_count_verdict(okta_reason reason);

/* It was let in all the same, since nothing is enforced there. */
void okta_count_would_refuse(void);

/* One more of that. */
void okta_count(okta_counter counter);
void okta_count_some(okta_counter counter, uint64_t many);

/* A token was verified, in that time. */
void okta_count_verification(uint64_t nanoseconds);

/* What was counted until now. */
uint64_t okta_counted(okta_counter counter);
uint64_t okta_counted_verdicts(okta_reason reason);
uint64_t okta_counted_bucket(unsigned int bucket);

/* Since when it is counted. */
apr_time_t okta_counted_since(void);

#endif
