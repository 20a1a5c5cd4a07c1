/* SPDX-License-Identifier: Apache-2.0 */
#include "core/introspection.h"

#include "core/policy.h"
#include "core/reader.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The scopes of a text, as Okta's tokens have them. */
static json_t *scopes_of(const okta_value *scope)
{
    json_t *list = json_array();

    for (const char *at = scope->as.string + strspn(scope->as.string, " "); *at;) {
        size_t length = strcspn(at, " ");

        if (json_array_append_new(list, json_stringn(at, length)) != 0) {
            json_decref(list);
            return NULL;
        }
        at += length;
        at += strspn(at, " ");
    }
    return list;
}

/* Whether a claim is still to be made of another one, which is a string. */
static bool is_to_map(const okta_value *answer, const char *from, const char *to)
{
    return okta_value_text(answer, from) && !okta_value_member(answer, to);
}

/* What the answer says, under the names that claims of a token have. NULL: out of memory. */
static okta_value *payload_of(const okta_value *answer, const char *issuer)
{
    json_t *claims = okta_value_to_json(answer);
    okta_value *payload = NULL;
    bool good = claims && json_object_del(claims, "active") == 0;
    char *text;

    if (good && is_to_map(answer, "scope", "scp"))
        good =
            json_object_set_new(claims, "scp", scopes_of(okta_value_member(answer, "scope"))) == 0;
    if (good && is_to_map(answer, "client_id", "cid"))
        good = json_object_set(claims, "cid", json_object_get(claims, "client_id")) == 0;
    if (good && !okta_value_member(answer, "iss"))
        good = json_object_set_new(claims, "iss", json_string(issuer)) == 0;
    text = good ? okta_json_text(claims, JSON_COMPACT) : NULL;
    if (text)
        payload = okta_read_object(text, strlen(text), NULL);
    free(text);
    json_decref(claims);
    return payload;
}

static bool is_type_of_access_tokens(const okta_value *type)
{
    return type->type == OKTA_VALUE_STRING &&
           (strcasecmp(type->as.string, "Bearer") == 0 || strcasecmp(type->as.string, "DPoP") == 0);
}

static okta_reason judge(const okta_value *answer, const char *issuer, okta_result *result)
{
    const okta_value *active = okta_value_member(answer, "active");
    const okta_value *type = okta_value_member(answer, "token_type");
    const okta_value *iss = okta_value_member(answer, "iss");

    if (!active || active->type != OKTA_VALUE_BOOLEAN)
        return okta_result_set(result, OKTA_INTROSPECTION_UNAVAILABLE,
                               "the answer has no \"active\" that is true or false");
    if (!active->as.integer)
        return okta_result_set(result, OKTA_TOKEN_INACTIVE,
                               "the issuer says that it is not active: expired, revoked, or not "
                               "one of its tokens");
    if (type && !is_type_of_access_tokens(type))
        return okta_result_set(result, OKTA_TYPE_REFUSED,
                               "the issuer says that its token_type is neither Bearer nor DPoP: "
                               "send the access token");
    if (iss && (iss->type != OKTA_VALUE_STRING || strcmp(iss->as.string, issuer) != 0))
        return okta_result_set(result, OKTA_ISSUER_UNKNOWN,
                               "the answer's iss is another one than \"%s\", which was asked",
                               issuer);
    return OKTA_OK;
}

static okta_reason claims_of(const okta_value *answer, const char *issuer, okta_claims **claims,
                             okta_result *result)
{
    const okta_jws none = {.type = OKTA_TYPE_OPAQUE};
    okta_value *payload = payload_of(answer, issuer);
    char cause[sizeof(result->detail)];

    if (!payload)
        return okta_result_set(result, OKTA_OUT_OF_MEMORY, "out of memory");
    *claims = okta_claims_new(payload, &none, result);
    if (*claims)
        return OKTA_OK;
    free(payload);
    if (result->reason == OKTA_OUT_OF_MEMORY)
        return result->reason;
    /* it is the issuer who is at fault, not who brought the token */
    okta_text_format(cause, sizeof(cause), "%s", result->detail);
    return okta_result_set(result, OKTA_INTROSPECTION_UNAVAILABLE, "the answer's %s", cause);
}

okta_reason okta_introspection_read(const char *text, size_t length, const char *issuer,
                                    okta_claims **claims, bool *understood, okta_result *result)
{
    okta_error error = {""};
    okta_value *answer = okta_read_document(text, length, &error);
    okta_reason reason;

    *claims = NULL;
    *understood = false;
    if (!answer && okta_error_is_no_memory(&error))
        return okta_result_set(result, OKTA_OUT_OF_MEMORY, "out of memory");
    if (!answer)
        return okta_result_set(result, OKTA_INTROSPECTION_UNAVAILABLE, "the answer is %s",
                               error.text);
    reason = judge(answer, issuer, result);
    *understood = reason != OKTA_INTROSPECTION_UNAVAILABLE;
    if (reason == OKTA_OK)
        reason = claims_of(answer, issuer, claims, result);
    if (reason != OKTA_OK)
        okta_payload_identify(answer, result);
    free(answer);
    return reason;
}

int64_t okta_introspection_end(const okta_claims *answer)
{
    const okta_times *times = okta_claims_times(answer);

    return times->present & OKTA_CLAIM_EXP ? times->exp : OKTA_NO_END;
}

okta_reason okta_introspection_check_end(int64_t end, int64_t skew, int64_t now,
                                         okta_result *result)
{
    if (now - skew < end)
        return OKTA_OK;
    return okta_result_set(result, OKTA_TOKEN_EXPIRED,
                           "the issuer says that it ended sooner than its own exp: exp %" PRId64
                           " was %" PRId64 " s ago (skew %" PRId64 " s)",
                           end, now - end, skew);
}
