/* SPDX-License-Identifier: Apache-2.0 */
#include "../oracle.h"
#include "policy.h"

/* What was packed and unpacked is what it was. */
static void hold_packed(const json_t *payload, const okta_claims *claims)
{
    size_t size;
    void *packed = okta_claims_pack(claims, "note", 5, SIZE_MAX, &size), *moved = malloc(size);
    okta_claims *again;

    hold(packed && moved);
    memcpy(moved, packed, size);
    free(packed);
    again = okta_claims_unpack(moved);
    hold(oracle_agrees(payload, okta_claims_root(again)));
    hold(memcmp(okta_claims_times(again), okta_claims_times(claims), sizeof(okta_times)) == 0);
    hold(strcmp(okta_claims_kid(again), okta_claims_kid(claims)) == 0);
    hold(strcmp(okta_claims_note(again), "note") == 0);
    free(moved);
}

/* Claims of any JSON object; what the policy passes is what RFC 7519 would pass. */
FUZZ_TARGET("claims")
{
    const okta_jws jws = {
        .algorithm = okta_algorithm_by_id(OKTA_RS256), .kid = "k", .kid_length = 1};
    json_t *payload = oracle_object(input, length);
    okta_value *value = okta_read_object(input, length, NULL);
    okta_claims *claims;
    okta_result result;
    bool good = false;

    hold(!payload == !value);
    if (!value)
        return false;
    okta_result_init(&result);
    claims = okta_claims_new(value, &jws, &result);
    if (claims) {
        hold(oracle_agrees(payload, okta_claims_root(claims)));
        hold_packed(payload, claims);
        good = okta_policy_check(&fuzz_policy, claims, FUZZ_NOW, NULL, &result) == OKTA_OK;
        if (good)
            fuzz_hold_accepted(payload);
    }
    if (!claims)
        free(value);
    hold(good || (result.reason > OKTA_OK && result.detail[0]));
    okta_claims_free(claims);
    json_decref(payload);
    return good;
}
