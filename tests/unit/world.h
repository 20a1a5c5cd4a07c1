/* SPDX-License-Identifier: Apache-2.0 */
/* A small world to judge tokens in: keys of every kind, an issuer, a policy, a moment. */
#ifndef OKTA_TESTS_WORLD_H
#define OKTA_TESTS_WORLD_H

#include "core/verdicts.h"
#include "core/verify.h"
#include "mint.h"
#include "unit.h"

#define ISSUER "https://integrator-1.okta.com/oauth2/default"
#define NOW ((int64_t)1700000000)

/* The kids of the world's key set, and their algorithms: "rsa" (any RS and PS), "rs256", "p256",
 * "p384", "p521", "ed". Keys are made when first asked for. */
EVP_PKEY *world_key(const char *kid);
okta_keyset *world_keys(void); /* borrowed */
char *world_jwks(void);

/* All algorithms, ISSUER, audience api://default, skew 60. */
okta_policy world_policy(void);

/* Sound claims, as Okta writes them. `members`, such as "\"exp\":1,\"cnf\":{}", replace the
 * defaults of the same name, or add to them; the value "(absent)" removes one. */
char *payload(const char *members);

/* iss, aud, sub, cid and jti, then `members` as they are, sound JSON or not. */
char *raw_payload(const char *members);

/* {"alg":…,"kid":…} and, if it is not "", ",members". */
char *header(const char *alg, const char *kid, const char *members);

/* RS256, kid "rsa". */
char *token_of(const char *payload);
char *token_with_header(const char *header);

/* okta_verify, then okta_policy_check at NOW; the outcome is in `last` too. Where there is a
 * refusal, holds its result to the rules that all results keep. */
okta_reason judge(const okta_policy *policy, const char *token);
extern okta_result last;

/* Judge by the world's policy, and hold the outcome to a reason's tag; `row` names the case. */
void expect_verdict(const char *token, const char *tag, const char *row);

/* The key of a JWK written as text; NULL with the cause in error. The caller frees it. */
okta_key *load_key(const char *jwk, okta_error *error);

/* Claims of that JSON, as of a token by RS256 and kid "rsa" whose signature was good. NULL: see
 * result. */
okta_claims *world_claims(const char *json, okta_type type, okta_result *result);

/* An empty table of verdicts; it lives until the program ends. */
okta_verdicts *world_table(uint32_t entries);

/* For one okta_verdicts_find: any entry counts; the caller frees *block at the end. */
okta_verdicts_caller world_caller(void **block);

/* A keyring of one issuer. */
okta_reason world_find(void *baton, const char *issuer, okta_keyset **keys);

#endif
