/* SPDX-License-Identifier: Apache-2.0 */
/* How an issuer's keys are doing: one log line for each change of their phase. */
#ifndef OKTA_HTTPD_HEALTH_H
#define OKTA_HTTPD_HEALTH_H

#include "httpd/registry.h"

/* Find the phase, and log it if it is another than last time: the refresher's work, and that of a
 * request which meets keys that are too old, for the refresher may be what fails. Any process and
 * thread; of several that see the same change one logs it. */
void okta_health_note(const okta_issuer *issuer);

#endif
