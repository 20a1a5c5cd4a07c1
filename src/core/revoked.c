/* SPDX-License-Identifier: Apache-2.0 */
#include "core/revoked.h"

#include "core/match.h"

#include <inttypes.h>

static const okta_value *claim_of(const okta_claims *claims, okta_revocation_kind kind)
{
    return kind == OKTA_REVOKES_CID ? okta_claims_client(claims)
                                    : okta_claims_get(claims, okta_revocation_word(kind));
}

/* Of a list of one kind the others cost nothing. */
static void describe(const okta_claims *claims, unsigned int kinds, okta_revocable *token)
{
    const okta_times *times = okta_claims_times(claims);
    const okta_value *issuer =
        kinds >> OKTA_REVOKES_COUNT & 1 ? okta_claims_get(claims, "iss") : NULL;

    for (int i = 0; i < OKTA_REVOKES_COUNT; i++) {
        const okta_value *value = kinds >> i & 1 ? claim_of(claims, (okta_revocation_kind)i) : NULL;

        if (value && value->type == OKTA_VALUE_STRING) {
            token->values[i].text = value->as.string;
            token->values[i].length = value->length;
        }
    }
    if (issuer && issuer->type == OKTA_VALUE_STRING) {
        token->issuer.text = issuer->as.string;
        token->issuer.length = issuer->length;
    }
    token->has_issued_at = (times->present & OKTA_CLAIM_IAT) != 0;
    token->issued_at = times->iat;
}

static okta_reason refuse(okta_revocation_kind kind, int64_t before, bool has_issued_at,
                          okta_result *result)
{
    const char *word = okta_revocation_word(kind);

    if (before == OKTA_REVOKED_ALWAYS)
        return okta_result_set(result, OKTA_TOKEN_REVOKED, "OktaRevocations has its %s", word);
    return okta_result_set(result, OKTA_TOKEN_REVOKED,
                           "OktaRevocations has its %s, for tokens issued before %" PRId64 "%s",
                           word, before, has_issued_at ? "" : ", and it has no iat");
}

okta_reason okta_revoked_check(const okta_revocations *list, const okta_claims *claims,
                               const okta_trace *trace, okta_result *result)
{
    okta_revocable token = {.has_issued_at = false};
    okta_revocation_kind kind;
    unsigned int kinds;
    int64_t before;

    if (!list)
        return okta_trace_seen(trace, result, "there is no list");
    if (!okta_revocations_kinds(list, &kinds))
        return okta_result_set(result, OKTA_REVOCATIONS_UNAVAILABLE,
                               "OktaRevocations: the list could not be read yet");
    if (kinds) {
        describe(claims, kinds, &token);
        if (okta_revocations_find(list, &token, &kind, &before) == OKTA_REVOKED_YES)
            return refuse(kind, before, token.has_issued_at, result);
    }
    return okta_trace_seen(trace, result, "not in the list");
}
