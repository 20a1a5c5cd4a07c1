/* SPDX-License-Identifier: Apache-2.0 */
#include "core/introspection.h"

#include "../oracle.h"
#include "policy.h"

#include <strings.h>

static void hold_text(const okta_claims *claims, const char *name, const json_t *said)
{
    const okta_value *claim = okta_claims_get(claims, name);

    hold(claim && claim->type == OKTA_VALUE_STRING);
    hold(strcmp(claim->as.string, json_string_value(said)) == 0);
}

/* What is accepted was said so, by jansson's account. */
static void hold_read(const json_t *answer, const okta_claims *claims)
{
    const char *type = json_string_value(json_object_get(answer, "token_type"));
    const json_t *client = json_object_get(answer, "client_id");
    const json_t *cid = json_object_get(answer, "cid");

    hold(json_is_true(json_object_get(answer, "active")));
    hold(!type || strcasecmp(type, "Bearer") == 0 || strcasecmp(type, "DPoP") == 0);
    hold(!okta_claims_get(claims, "active"));
    hold(okta_claims_type(claims) == OKTA_TYPE_OPAQUE);
    hold(strcmp(okta_claims_get(claims, "iss")->as.string, FUZZ_ISSUER) == 0);
    if (json_is_string(cid))
        hold_text(claims, "cid", cid);
    else if (json_is_string(client))
        hold_text(claims, "cid", client);
    hold(!json_is_object(json_object_get(answer, "cnf")) || okta_claims_get(claims, "cnf"));
}

/* An answer of an introspection endpoint; whatever the policy passes, the issuer has said. */
FUZZ_TARGET("introspection")
{
    json_t *answer = oracle_document(input, length);
    okta_claims *claims;
    okta_result result;
    bool understood, good = false;
    okta_reason reason;

    okta_result_init(&result);
    reason = okta_introspection_read(input, length, FUZZ_ISSUER, &claims, &understood, &result);
    hold((reason == OKTA_OK) == (claims != NULL));
    hold(!understood || answer);
    hold(reason != OKTA_TOKEN_INACTIVE || json_is_false(json_object_get(answer, "active")));
    if (claims) {
        hold_read(answer, claims);
        good = okta_policy_check(&fuzz_policy, claims, FUZZ_NOW, NULL, &result) == OKTA_OK;
        /* what may be left out here and not in a token */
        if (good && json_is_number(json_object_get(answer, "exp")) &&
            json_is_string(json_object_get(answer, "iss")))
            fuzz_hold_accepted(answer);
    }
    hold(good || (result.reason > OKTA_OK && result.detail[0]));
    for (const char *at = result.detail; *at; at++)
        hold(*at >= 0x20 && *at < 0x7f);
    okta_claims_free(claims);
    json_decref(answer);
    return good;
}
