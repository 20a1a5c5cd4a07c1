/* SPDX-License-Identifier: Apache-2.0 */
/* Where one issuer's keys come from, as the process sees it that refreshes. */
#ifndef OKTA_HTTPD_SOURCE_H
#define OKTA_HTTPD_SOURCE_H

#include "fetch/discovery.h"
#include "httpd/shared.h"
#include "httpd/statefile.h"

/* This process's part in the turn to refresh. One thread at a time. */
typedef struct okta_holding {
    okta_turn *turn;
    okta_turn_number number; /* 0: the turn is not ours */
    bool has_lock;           /* that ends with this process */
    unsigned int failures;   /* fetches in a row that failed, of whatever issuer */
} okta_holding;

/* Give a sign of life. False: the turn is not ours, or no longer; number is 0 then. */
bool okta_holding_keep(okta_holding *holding);

/* One thread at a time. */
typedef struct okta_source {
    okta_issuer *issuer;
    okta_holding *holding;
    const okta_record *shared;
    okta_discovery *running;
    char *jwks_uri;               /* by the metadata; NULL: to be asked */
    char *introspection_endpoint; /* likewise; NULL: there is none */
    int64_t metadata_at;          /* when the metadata was read, by okta_monotonic */
    bool asks_metadata;           /* what is running began with the metadata */
    okta_saving saving;           /* of the state file */
} okta_source;

/* The turn has become ours: what earlier holders may still want to write does not count any more.
 */
void okta_source_take_up(okta_source *source);

/* Begin to fetch if that is due; the outcome is noted when the fetcher runs. Else see how the keys
 * are doing. */
void okta_source_step(okta_source *source, okta_fetcher *fetcher);

/* Give up what is under way, before the turn ends or after it was lost. */
void okta_source_lay_down(okta_source *source);

#endif
