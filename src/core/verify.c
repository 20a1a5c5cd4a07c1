/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify.h"

#include "core/reader.h"

#include <stdlib.h>
#include <string.h>

typedef struct verification {
    const okta_policy *policy;
    const okta_keyring *keyring;
    const char *token;
    size_t length;
    const okta_trace *trace;
    okta_result *result;
    okta_jws jws;
    okta_value *payload;
    bool payload_was_read;
    okta_keyset *keys;
    const okta_key *key;
    okta_claims *claims;
} verification;

typedef struct step {
    okta_check check;
    okta_reason (*run)(verification *);
} step;

static okta_reason check_shape(verification *v)
{
    if (v->length > v->policy->max_token_bytes)
        return okta_result_set(v->result, OKTA_TOKEN_TOO_LARGE,
                               "%zu bytes; at most %zu are accepted", v->length,
                               v->policy->max_token_bytes);
    if (okta_jws_split(&v->jws, v->token, v->length, v->result) != OKTA_OK)
        return v->result->reason;
    return okta_trace_seen(v->trace, v->result, "%zu bytes in three parts", v->length);
}

static okta_reason check_header(verification *v)
{
    if (okta_jws_read_header(&v->jws, v->result) != OKTA_OK)
        return v->result->reason;
    return okta_trace_seen(v->trace, v->result, "%zu bytes of JSON", v->jws.header_length);
}

static okta_reason check_type(verification *v)
{
    okta_reason reason = okta_policy_check_type(v->policy, v->jws.type, v->result);

    if (reason != OKTA_OK)
        return reason;
    return okta_trace_seen(v->trace, v->result, "typ is %s",
                           v->jws.type == OKTA_TYPE_AT_JWT ? "at+jwt"
                           : v->jws.type == OKTA_TYPE_JWT  ? "JWT"
                                                           : "absent");
}

static okta_reason check_algorithm(verification *v)
{
    okta_reason reason;

    if (!v->jws.algorithm) {
        char name[64];

        okta_text_copy(name, sizeof(name), v->jws.alg, v->jws.alg_length);
        return okta_result_set(v->result, OKTA_ALGORITHM_REFUSED,
                               "alg \"%s\" is unsigned, symmetric or unknown", name);
    }
    reason = okta_policy_check_algorithm(v->policy, v->jws.algorithm, v->result);
    if (reason != OKTA_OK)
        return reason;
    return okta_trace_seen(v->trace, v->result, "%s", v->jws.algorithm->name);
}

static void read_payload(verification *v, okta_error *error)
{
    v->payload = okta_read_object((const char *)v->jws.payload, v->jws.payload_length, error);
    v->payload_was_read = true;
}

/* Read ahead of the signature for iss, which names the key set; nothing of it counts before the
 * signature does. */
static okta_reason check_payload(verification *v)
{
    okta_error error = {""};

    read_payload(v, &error);
    if (okta_error_is_no_memory(&error))
        return okta_result_set(v->result, OKTA_OUT_OF_MEMORY, "out of memory");
    if (!v->payload)
        return okta_result_set(v->result, OKTA_CLAIMS_MALFORMED, "payload: %s", error.text);
    return okta_trace_seen(v->trace, v->result, "%zu bytes of JSON, %u claims",
                           v->jws.payload_length, v->payload->length);
}

static okta_reason check_issuer(verification *v)
{
    const okta_value *claim = okta_value_member(v->payload, "iss");
    const char *iss = claim && claim->type == OKTA_VALUE_STRING ? claim->as.string : NULL;
    okta_reason reason;

    if (claim && !iss)
        return okta_result_set(v->result, OKTA_CLAIMS_MALFORMED, "\"iss\" is no string");
    reason = okta_policy_check_issuer(v->policy, iss, iss ? claim->length : 0, v->result);
    if (reason != OKTA_OK)
        return reason;
    reason = v->keyring->find(v->keyring->baton, iss, &v->keys);
    if (reason != OKTA_OK)
        return okta_result_set(v->result, reason, "no usable keys of \"%s\" are in memory", iss);
    return okta_trace_seen(v->trace, v->result, "%s", iss);
}

static okta_reason check_key(verification *v)
{
    const okta_jws *jws = &v->jws;
    okta_reason reason =
        okta_keyset_find(v->keys, jws->kid, jws->kid_length, jws->algorithm, &v->key);

    if (reason == OKTA_KID_UNKNOWN)
        return okta_result_set(v->result, reason, "no key of the issuer has this kid");
    if (reason == OKTA_KEY_AMBIGUOUS)
        return okta_result_set(v->result, reason,
                               "the token names no kid and several keys could serve %s",
                               jws->algorithm->name);
    if (reason == OKTA_KEY_MISMATCH)
        return okta_result_set(v->result, reason, "%s does not serve %s",
                               jws->kid ? "the key of this kid" : "any key of the issuer",
                               jws->algorithm->name);
    if (jws->kid)
        return okta_trace_seen(v->trace, v->result, "kid \"%s\"", v->result->kid);
    return okta_trace_seen(v->trace, v->result, "no kid; the only key that serves %s",
                           jws->algorithm->name);
}

static okta_reason check_signature(verification *v)
{
    const okta_jws *jws = &v->jws;

    switch (okta_key_verify(v->key, jws->algorithm, (const unsigned char *)jws->token,
                            jws->signing_length, jws->signature, jws->signature_length)) {
    case OKTA_SIGNATURE_GOOD:
        return okta_trace_seen(v->trace, v->result, "%s, good", jws->algorithm->name);
    case OKTA_SIGNATURE_NO_MEMORY:
        return okta_result_set(v->result, OKTA_OUT_OF_MEMORY, "out of memory");
    case OKTA_SIGNATURE_FAILED:
        return okta_result_set(v->result, OKTA_OUT_OF_MEMORY,
                               "OpenSSL failed to check the signature");
    case OKTA_SIGNATURE_BAD:
    default:
        return okta_result_set(v->result, OKTA_SIGNATURE_INVALID,
                               "the signature does not fit the token and the key");
    }
}

static okta_reason check_claims(verification *v)
{
    v->claims = okta_claims_new(v->payload, &v->jws, v->result);
    if (!v->claims)
        return v->result->reason;
    v->payload = NULL;
    return okta_trace_seen(v->trace, v->result, "the registered claims have the right types");
}

static okta_reason run(verification *v, const step *steps, size_t count)
{
    okta_reason reason = OKTA_UNSET;

    okta_result_init(v->result);
    for (size_t i = 0; i < count; i++) {
        reason = okta_trace_report(v->trace, steps[i].check, steps[i].run(v), v->result);
        if (reason != OKTA_OK)
            break;
    }
    if (reason != OKTA_OK) {
        /* whose token it says it is, for the log */
        if (!v->payload_was_read && v->jws.payload)
            read_payload(v, NULL);
        okta_payload_identify(v->payload, v->result);
    }
    v->result->reason = reason;
    okta_jws_clear(&v->jws);
    free(v->payload);
    okta_keyset_unref(v->keys);
    return reason;
}

okta_reason okta_verify(const okta_policy *policy, const okta_keyring *keyring, const char *token,
                        size_t length, const okta_trace *trace, okta_claims **claims,
                        okta_result *result)
{
    static const step steps[] = {
        {OKTA_CHECK_SHAPE, check_shape},     {OKTA_CHECK_HEADER, check_header},
        {OKTA_CHECK_TYPE, check_type},       {OKTA_CHECK_ALGORITHM, check_algorithm},
        {OKTA_CHECK_PAYLOAD, check_payload}, {OKTA_CHECK_ISSUER, check_issuer},
        {OKTA_CHECK_KEY, check_key},         {OKTA_CHECK_SIGNATURE, check_signature},
        {OKTA_CHECK_CLAIMS, check_claims},
    };
    verification v = {.policy = policy,
                      .keyring = keyring,
                      .token = token,
                      .length = length,
                      .trace = trace,
                      .result = result};
    okta_reason reason = run(&v, steps, sizeof(steps) / sizeof(steps[0]));

    *claims = v.claims;
    return reason;
}

okta_reason okta_verify_signature(okta_algorithm_set algorithms, okta_keyset *keys,
                                  const char *token, size_t length, const okta_trace *trace,
                                  okta_result *result)
{
    static const step steps[] = {
        {OKTA_CHECK_SHAPE, check_shape},         {OKTA_CHECK_HEADER, check_header},
        {OKTA_CHECK_ALGORITHM, check_algorithm}, {OKTA_CHECK_KEY, check_key},
        {OKTA_CHECK_SIGNATURE, check_signature},
    };
    const okta_policy policy = {.algorithms = algorithms, .max_token_bytes = SIZE_MAX};
    verification v = {.policy = &policy,
                      .token = token,
                      .length = length,
                      .trace = trace,
                      .result = result,
                      .keys = okta_keyset_ref(keys)};

    return run(&v, steps, sizeof(steps) / sizeof(steps[0]));
}
