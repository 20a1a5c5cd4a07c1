/* SPDX-License-Identifier: Apache-2.0 */
/* From a compact token to verified claims: the one way in. */
#ifndef OKTA_CORE_VERIFY_H
#define OKTA_CORE_VERIFY_H

#include "core/claims.h"
#include "core/keyset.h"
#include "core/policy.h"
#include "core/trace.h"

/* Where key sets come from. find: for an issuer that the policy accepts (terminated), OKTA_OK with
 * a new reference in *keys, or OKTA_KEYS_UNAVAILABLE. Called at most once for each okta_verify, on
 * the same thread. */
typedef struct okta_keyring {
    okta_reason (*find)(void *baton, const char *issuer, okta_keyset **keys);
    void *baton;
} okta_keyring;

/* Check a token as far as it does not depend on the time: shape, header, type, algorithm, issuer,
 * key, signature, types of claims. OKTA_OK sets *claims (one reference for the caller);
 * okta_policy_check has to follow before anybody is let in. Otherwise *claims is NULL and result
 * holds reason, detail and, as far as known, kid, issuer and jti. token is borrowed for the call.
 * trace may be NULL. Any thread. */
okta_reason okta_verify(const okta_policy *policy, const okta_keyring *keyring, const char *token,
                        size_t length, const okta_trace *trace, okta_claims **claims,
                        okta_result *result);

/* Check the signature of a compact JWS over any payload against one key set. algorithms: those
 * accepted. On OKTA_OK the payload was signed by one of the keys. Any thread. */
okta_reason okta_verify_signature(okta_algorithm_set algorithms, okta_keyset *keys,
                                  const char *token, size_t length, const okta_trace *trace,
                                  okta_result *result);

#endif
