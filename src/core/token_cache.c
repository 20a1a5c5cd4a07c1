/* SPDX-License-Identifier: Apache-2.0 */
#include "core/token_cache.h"

#include "core/policy.h"

#include <stdlib.h>
#include <string.h>

/* The texts of an okta_result, one after the other, each terminated. */
#define REFUSAL_TEXTS 5

typedef struct refusal {
    okta_reason reason;
    char texts[sizeof(okta_result)];
} refusal;

static size_t pack_refusal(const okta_result *result, refusal *to)
{
    const char *texts[REFUSAL_TEXTS] = {result->kid, result->issuer, result->jti, result->actors,
                                        result->detail};
    char *at = to->texts;

    to->reason = result->reason;
    for (size_t i = 0; i < REFUSAL_TEXTS; i++) {
        size_t size = strlen(texts[i]) + 1;

        memcpy(at, texts[i], size);
        at += size;
    }
    return (size_t)(at - (char *)to);
}

static void unpack_refusal(const refusal *from, okta_result *result)
{
    char *const fields[REFUSAL_TEXTS] = {result->kid, result->issuer, result->jti, result->actors,
                                         result->detail};
    const char *text = from->texts;

    result->reason = from->reason;
    for (size_t i = 0; i < REFUSAL_TEXTS; i++) {
        size_t size = strlen(text) + 1;

        memcpy(fields[i], text, size);
        text += size;
    }
}

static okta_verdict_kind kind_of(const okta_seen *seen)
{
    return seen->kind ? seen->kind : OKTA_VERDICT_ON_TOKEN;
}

bool okta_token_cache_find(okta_verdicts *table, okta_seen *seen, int64_t now,
                           const okta_verdicts_caller *caller, okta_claims **claims,
                           okta_result *result)
{
    okta_verdict_head head;
    void *found = okta_verdicts_find(table, kind_of(seen), seen->digest, now, caller, &head);

    *claims = NULL;
    if (!found)
        return false;
    seen->generation = head.generation;
    seen->source = head.source;
    seen->until = head.until;
    if (head.earned)
        *claims = okta_claims_unpack(found);
    else
        unpack_refusal(found, result);
    return true;
}

static okta_verdict_head head_of(const okta_seen *seen, bool earned, int64_t until)
{
    return (okta_verdict_head){.kind = kind_of(seen),
                               .earned = earned,
                               .source = seen->source,
                               .generation = seen->generation,
                               .until = until};
}

unsigned int okta_token_cache_accept(okta_verdicts *table, const okta_seen *seen, int64_t now,
                                     const okta_claims *claims, const void *note, size_t note_size)
{
    const okta_times *times = okta_claims_times(claims);
    const bool signed_here = kind_of(seen) == OKTA_VERDICT_ON_TOKEN;
    const okta_verdict_head head =
        head_of(seen, true, signed_here ? times->exp + OKTA_SKEW_MAX : seen->until);
    unsigned int kept = 0;
    size_t size;
    void *packed;

    if ((signed_here && !(times->present & OKTA_CLAIM_EXP)) || head.until <= now)
        return 0;
    packed = okta_claims_pack(claims, note, note_size, okta_verdicts_longest(true), &size);
    if (packed)
        kept = okta_verdicts_put(table, seen->digest, now, &head, packed, size);
    free(packed);
    return kept;
}

static bool is_final(okta_reason reason)
{
    switch ((int)reason) {
    case OKTA_TOKEN_MALFORMED:
    case OKTA_TOKEN_ENCRYPTED:
    case OKTA_TOKEN_UNDECRYPTABLE:
    case OKTA_HEADER_MALFORMED:
    case OKTA_HEADER_CRITICAL:
    case OKTA_CLAIMS_MALFORMED:
    case OKTA_SIGNATURE_INVALID:
        return true;
    default:
        return false;
    }
}

unsigned int okta_token_cache_refuse(okta_verdicts *table, const okta_seen *seen, int64_t now,
                                     const okta_result *result)
{
    const bool signed_here = kind_of(seen) == OKTA_VERDICT_ON_TOKEN;
    const okta_verdict_head head = head_of(seen, false, signed_here ? INT64_MAX : seen->until);
    refusal packed;

    if (signed_here && !is_final(result->reason))
        return 0;
    return okta_verdicts_put(table, seen->digest, now, &head, &packed,
                             pack_refusal(result, &packed));
}
