/* SPDX-License-Identifier: Apache-2.0 */
/* DPoP proofs of the tests' own making, and a request that they are for. */
#ifndef OKTA_TESTS_PROOFS_H
#define OKTA_TESTS_PROOFS_H

#include "core/proof.h"
#include "world.h"

#define PROOF_URL "https://api.example.com/items"
#define PROOF_TOKEN "eyJhbGciOiJFUzI1NiJ9.e30.AAAA"
#define PROOF_WINDOW 60
#define PROOF_SKEW 5

/* GET PROOF_URL with PROOF_TOKEN, bound to that key of the world, all algorithms, no nonces. */
okta_proof_terms proof_terms(const char *kid);

/* The JOSE header of a proof by that key. `members`, such as "\"typ\":\"JWT\"", replace the
 * defaults of the same name, or add to them; the value "(absent)" removes one. */
char *proof_header(const char *kid, const char *alg, const char *members);

/* Claims that fit proof_terms at NOW, changed by members in the same way. */
char *proof_claims(const char *members);

/* A proof by the key "p256" with its claims, or its header, changed so. */
char *proof_with(const char *members);
char *proof_with_header(const char *members);

/* A proof by that key, signed with it. */
char *proof_by(const char *kid, const char *alg, const char *header_members, const char *members);

/* okta_proof_check at NOW without remembered keys, and what it leaves alone is looked at; the
 * outcome is in `last` and, where it is good, in `last_proof` too. field NULL: there is none. */
okta_reason check_proof(const okta_proof_terms *terms, const char *field);
extern okta_proof last_proof;

/* Check it by the terms of "p256", and hold the outcome to a reason's tag; `row` names the case. */
void expect_proof(const char *field, const char *tag, const char *row);
void expect_proof_by(const okta_proof_terms *terms, const char *field, const char *tag,
                     const char *row);

#endif
