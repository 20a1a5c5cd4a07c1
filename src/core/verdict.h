/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept in the table of verdicts, and how much of it. */
#ifndef OKTA_CORE_VERDICT_H
#define OKTA_CORE_VERDICT_H

#include "core/digest.h"

#include <stdbool.h>
#include <stdint.h>

#define OKTA_VERDICTS_ALIGNMENT 64
#define OKTA_VERDICTS_ENTRIES_MAX 16777216
/* entries of tokens of about 1 kB that have good room in a page */
#define OKTA_VERDICTS_PER_PAGE 40
#define OKTA_VERDICTS_PAGE 131072 /* bytes */

typedef struct okta_verdicts okta_verdicts;

/* What the digest is of. */
typedef enum okta_verdict_kind {
    OKTA_VERDICT_ON_TOKEN = 1,
    OKTA_VERDICT_ON_OPAQUE, /* what its issuer says of a token that only it can read */
    OKTA_VERDICT_ON_STATE   /* what its issuer says of one that was verified here: active or not */
} okta_verdict_kind;

/* What is known of an entry without its bytes. */
typedef struct okta_verdict_head {
    okta_verdict_kind kind;
    bool earned;         /* it took something good; others, which strangers can bring any number of,
                            have places of their own and push out none of these */
    uint16_t source;     /* the caller's: where the keys are from */
    uint32_t generation; /* of the key set that it was reached by; 0: no key was needed */
    int64_t until;       /* seconds since the epoch; it ends then */
} okta_verdict_head;

#endif
