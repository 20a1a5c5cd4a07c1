/* How an issuer's keys are doing: one word for it, and one log line for each change. */
#ifndef OKTA_HTTPD_HEALTH_H
#define OKTA_HTTPD_HEALTH_H

#include "httpd/registry.h"

typedef enum okta_phase {
    OKTA_PHASE_EMPTY,   /* no keys yet, nothing failed yet */
    OKTA_PHASE_MISSING, /* no keys, and fetching fails: 503 */
    OKTA_PHASE_FRESH,
    OKTA_PHASE_FAILING, /* refresh fails, keys are within their time */
    OKTA_PHASE_STALE,   /* refresh fails, keys are past their time and serve on */
    OKTA_PHASE_EXPIRED, /* keys are past OktaKeyMaxStale: 503 */
} okta_phase;

/* Static word, for logs and the status page. */
const char *okta_phase_name(okta_phase phase);

/* Find the phase, and log it if it is another than last time: the refresher's work, and that of a
 * request which meets keys that are too old, for the refresher may be what fails. Any process and
 * thread; of several that see the same change one logs it. */
void okta_health_note(const okta_issuer *issuer);

#endif
