/* SPDX-License-Identifier: Apache-2.0 */
/* What a location expects of a token, and the check of verified claims against it. */
#ifndef OKTA_CORE_POLICY_H
#define OKTA_CORE_POLICY_H

#include "core/claims.h"
#include "core/revocations.h"
#include "core/trace.h"

#define OKTA_SKEW_DEFAULT 60
#define OKTA_SKEW_MAX 600
#define OKTA_TOKEN_BYTES_DEFAULT 16384

/* Tokens that are bound to a key (RFC 9449), sent with a proof of it. */
typedef enum okta_dpop {
    OKTA_DPOP_OFF = 0,  /* refused */
    OKTA_DPOP_OPTIONAL, /* taken, beside tokens that are not bound */
    OKTA_DPOP_REQUIRED  /* no others are taken */
} okta_dpop;

/* Const once filled; borrows its strings. */
typedef struct okta_policy {
    okta_strings issuers;   /* exact */
    okta_strings audiences; /* any of them in aud */
    okta_strings clients;   /* none: any client */
    okta_algorithm_set algorithms;
    okta_strings acrs;                   /* RFC 9470: one of them as acr; none: any */
    bool limits_auth_age;                /* RFC 9470 */
    int64_t max_auth_age;                /* seconds since auth_time, where limited */
    bool at_jwt_only;                    /* RFC 9068 typing */
    int64_t skew;                        /* seconds, 0 to OKTA_SKEW_MAX */
    int64_t max_age;                     /* seconds since iat, which has to be there then; 0: any */
    const okta_revocations *revocations; /* NULL: none are asked about */
    size_t max_token_bytes;
    okta_dpop dpop;
    bool by_proof; /* the token came with the scheme DPoP; its proof is checked by the caller */
    const char *certificate; /* thumbprint of the client's certificate (x5t#S256); NULL: none */
    const char *certificate_absence; /* why there is none, for the operator; NULL: none came */
} okta_policy;

/* Check everything that depends on the policy or on the time: type, algorithm, issuer, kind of
 * token, binding, audience, client, exp, nbf, iat, age, revocations. now: seconds since the epoch,
 * not negative. Sets reason and detail in result; on a refusal fills kid, issuer and jti too. Any
 * thread. */
okta_reason okta_policy_check(const okta_policy *policy, const okta_claims *claims, int64_t now,
                              const okta_trace *trace, okta_result *result);

/* Note kid, issuer, jti and actors of the claims in result, for a log line; or, of a payload (may
 * be NULL) that nobody has verified, what it says of them. Any thread. */
void okta_claims_identify(const okta_claims *claims, okta_result *result);
void okta_payload_identify(const okta_value *payload, okta_result *result);

/* The parts that can be judged before the signature is. type, algorithm: of the header. */
okta_reason okta_policy_check_type(const okta_policy *policy, okta_type type, okta_result *result);
okta_reason okta_policy_check_algorithm(const okta_policy *policy, const okta_algorithm *algorithm,
                                        okta_result *result);

/* iss[length] NULL for none. Tells tokens of an Okta org authorization server from other strangers.
 */
okta_reason okta_policy_check_issuer(const okta_policy *policy, const char *iss, size_t length,
                                     okta_result *result);

/* Whether iss could be an Okta org authorization server: https://host without a path. */
bool okta_is_org_issuer(const char *iss, size_t length);

#endif
