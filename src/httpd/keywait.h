/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that wait for keys: briefly, and a bounded number of them. */
#ifndef OKTA_HTTPD_KEYWAIT_H
#define OKTA_HTTPD_KEYWAIT_H

#include "httpd/registry.h"

/* Child. */
void okta_keywait_child_init(void);

/* There were no usable keys when `generation` was current: ask for some and wait, up to
 * OktaKeyWait, as long as a fetch may still bring them; once fetches have failed, only if not too
 * many wait already. True: another try is worth while. */
bool okta_keywait_any(const okta_issuer *issuer, uint32_t generation);

/* The keys of `generation` lack this kid: ask for newer ones and wait for them, unless the kid is
 * known to be unknown, the cool-down holds, or too many wait already. True: another try is worth
 * while. */
bool okta_keywait_kid(const okta_issuer *issuer, uint32_t generation, const char *kid);

/* The newer keys lack the kid as well: do not ask again for a while. */
void okta_keywait_refuse_kid(const okta_issuer *issuer, const char *kid);

/* Seconds until the refresher's next try, 1 to 60: for Retry-After. */
int okta_keywait_retry_after(const okta_issuer *issuer);

#endif
