/* SPDX-License-Identifier: Apache-2.0 */
/* How many requests may wait for an issuer's word on their token: a share of the threads, so that
 * all other places are served as ever. */
#ifndef OKTA_HTTPD_INTROSPECTION_SHARE_H
#define OKTA_HTTPD_INTROSPECTION_SHARE_H

#include <stdbool.h>
#include <stdint.h>

/* One request's part. On its thread. */
typedef struct okta_share {
    int ticket;
    int64_t deadline; /* by okta_monotonic */
    bool extra;       /* more wait than may when the issuer is slow or fails: give up then */
} okta_share;

/* Child. */
void okta_share_child_init(void);

/* Wait as one of few until the deadline; while the issuer is well (calm) most threads may, else a
 * quarter of them. False: too many wait. */
bool okta_share_take(okta_share *share, bool calm, int64_t now, int64_t deadline);
void okta_share_return(const okta_share *share);

#endif
