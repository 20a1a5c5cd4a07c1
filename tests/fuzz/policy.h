/* SPDX-License-Identifier: Apache-2.0 */
/* The policy of the targets that judge claims, and what they hold of any that passes, by jansson
 * alone. */
#ifndef OKTA_TESTS_FUZZ_POLICY_H
#define OKTA_TESTS_FUZZ_POLICY_H

#include "core/policy.h"
#include "fuzz.h"

#include <math.h>

static const char *const fuzz_issuers[] = {FUZZ_ISSUER};
static const char *const fuzz_audiences[] = {"api://default"};

static const okta_policy fuzz_policy = {.issuers = {1, fuzz_issuers},
                                        .audiences = {1, fuzz_audiences},
                                        .algorithms = OKTA_ALGORITHMS_ALL,
                                        .skew = OKTA_SKEW_DEFAULT,
                                        .max_token_bytes = OKTA_TOKEN_BYTES_DEFAULT};

static bool fuzz_is_audience(const json_t *value)
{
    return json_is_string(value) && strcmp(json_string_value(value), "api://default") == 0;
}

static void fuzz_hold_accepted(const json_t *claims)
{
    const json_t *aud = json_object_get(claims, "aud");
    const json_t *nbf = json_object_get(claims, "nbf"), *iat = json_object_get(claims, "iat");
    const char *iss = json_string_value(json_object_get(claims, "iss"));
    bool meant = fuzz_is_audience(aud);

    for (size_t i = 0; i < json_array_size(aud); i++)
        meant = meant || fuzz_is_audience(json_array_get(aud, i));
    hold(meant);
    hold(iss && strcmp(iss, FUZZ_ISSUER) == 0);
    hold(json_number_value(json_object_get(claims, "exp")) > (double)(FUZZ_NOW - 60));
    hold(!nbf || json_number_value(nbf) <= (double)(FUZZ_NOW + 60));
    hold(!iat || floor(json_number_value(iat)) <= (double)(FUZZ_NOW + 60));
    hold(!json_object_get(claims, "cnf") || json_is_null(json_object_get(claims, "cnf")));
}

#endif
