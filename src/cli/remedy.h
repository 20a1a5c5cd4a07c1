/* SPDX-License-Identifier: Apache-2.0 */
/* What would have been right in place of a refused token. */
#ifndef OKTA_CLI_REMEDY_H
#define OKTA_CLI_REMEDY_H

#include "core/policy.h"

typedef struct okta_remedy_facts {
    const okta_policy *policy;
    const char *token; /* looked at for its shape only */
    size_t length;
    const char *kids; /* those of the key set, quoted; "" for none or unknown */
    int64_t now;
    bool default_audience; /* it was not given but follows from the issuer */
} okta_remedy_facts;

/* Write a phrase behind "Right would be: ", without a full stop, into buffer[size]; "" where there
 * is nothing to say beyond the detail. Any thread. */
void okta_remedy(okta_reason reason, const okta_remedy_facts *facts, char *buffer, size_t size);

#endif
