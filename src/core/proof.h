/* SPDX-License-Identifier: Apache-2.0 */
/* A DPoP proof (RFC 9449): whether who sends an access token has the key that it is bound to. */
#ifndef OKTA_CORE_PROOF_H
#define OKTA_CORE_PROOF_H

#include "core/algorithm.h"
#include "core/digest.h"
#include "core/nonce.h"
#include "core/proof_keys.h"
#include "core/result.h"

#define OKTA_PROOF_WINDOW_DEFAULT 60
#define OKTA_PROOF_WINDOW_MAX 600
#define OKTA_PROOF_MAX_BYTES 8192

/* The algorithms of OktaAlgorithms, none of them symmetric. */
#define OKTA_PROOF_ALGORITHMS_DEFAULT OKTA_ALGORITHMS_ALL

/* What a proof has to fit. Borrows all that it points to. */
typedef struct okta_proof_terms {
    okta_algorithm_set algorithms;
    int64_t window; /* seconds that a proof is good for after its iat */
    int64_t skew;   /* seconds that its iat may be ahead */
    int64_t since;  /* proofs of before are refused: no memory reaches that far back. 0: none are */
    const char *method; /* of the request, as the client sent it */
    const char *url;    /* of the request, by okta_target_normalize; NULL: no proof fits */
    const unsigned char *token_digest; /* SHA-256 of the access token as sent */
    const char *thumbprint;    /* what the token is bound to: jkt of its cnf; NULL: no proof fits */
    const okta_nonces *nonces; /* NULL: no nonce is asked for */
} okta_proof_terms;

/* What the caller needs of a good proof. */
typedef struct okta_proof {
    int64_t issued_at;                   /* iat, rounded down */
    unsigned char id[OKTA_DIGEST_BYTES]; /* of its key and jti: what is let in once */
    bool nonce_is_newest;                /* the proof has the nonce that would be handed out now */
} okta_proof;

/* Check the value of a DPoP field, field[length] (NULL: there was none), by the twelve checks of
 * RFC 9449 section 4.3. OKTA_OK fills *proof, and the caller has yet to see that its id comes once.
 * Otherwise OKTA_PROOF_… or OKTA_OUT_OF_MEMORY, with reason and detail in result, whose other
 * members stay as they are. keys remembers the keys of good proofs; may be NULL. now: seconds since
 * the epoch. Any thread. */
okta_reason okta_proof_check(const okta_proof_terms *terms, okta_proof_keys *keys,
                             const char *field, size_t length, int64_t now, okta_proof *proof,
                             okta_result *result);

#endif
