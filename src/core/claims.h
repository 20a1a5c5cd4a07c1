/* The claims of a verified token: immutable, shared by reference count, independent of any policy.
 */
#ifndef OKTA_CORE_CLAIMS_H
#define OKTA_CORE_CLAIMS_H

#include "core/algorithm.h"
#include "core/jws.h"
#include "core/result.h"
#include "core/value.h"

#include <stdint.h>

/* Only okta_verify makes one. */
typedef struct okta_claims okta_claims;

/* How deep `act` may be nested (RFC 8693 section 4.1): who acts for whom who acts for whom … */
#define OKTA_ACTORS_MAX 8

/* Which time claims are present. */
#define OKTA_CLAIM_EXP 1u
#define OKTA_CLAIM_NBF 2u
#define OKTA_CLAIM_IAT 4u

/* Seconds since the epoch, whole: exp and iat rounded down, nbf up. */
typedef struct okta_times {
    unsigned int present;
    int64_t exp;
    int64_t nbf;
    int64_t iat;
} okta_times;

/* All functions: any thread; what they return is borrowed from claims. */
okta_claims *okta_claims_ref(okta_claims *claims);
void okta_claims_unref(okta_claims *claims);

/* A top-level claim by its exact name; NULL when it is absent, which null is too. */
const okta_value *okta_claims_get(const okta_claims *claims, const char *name);

/* The object that holds them all, as the token has it: members that are null are among them. */
const okta_value *okta_claims_root(const okta_claims *claims);

/* The kid of the token's header; "" when it had none. */
const char *okta_claims_kid(const okta_claims *claims);

const okta_algorithm *okta_claims_algorithm(const okta_claims *claims);
okta_type okta_claims_type(const okta_claims *claims);
const okta_times *okta_claims_times(const okta_claims *claims);

/* What somebody works out from the claims and wants to find again with them; NULL until it is kept.
 * keep takes a block from malloc, which ends with the claims, and returns the one that is kept: the
 * first. */
const void *okta_claims_note(const okta_claims *claims);
const void *okta_claims_keep_note(const okta_claims *claims, void *note);

/* For okta_verify: claims from the payload of a JWS whose signature was verified. Types of the
 * registered claims (RFC 7519 section 4.1) are checked, their values are the policy's affair. NULL
 * with OKTA_CLAIMS_MALFORMED or OKTA_OUT_OF_MEMORY in result. Otherwise one reference, and the
 * payload, a block from malloc, is the claims' own. */
okta_claims *okta_claims_new(okta_value *payload, const okta_jws *jws, okta_result *result);

#endif
