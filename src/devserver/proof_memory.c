/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/proof_memory.h"

#include "devserver/nonce.h"
#include "devserver/segment.h"
#include <apr_strings.h>
#include <http_log.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

APLOG_USE_MODULE(okta_devserver);

#define NAME "okta-devserver-proofs"

/* The digest of a proof picks the row; within it any place will do. */
#define ROWS 4096
#define PLACES 8

typedef struct {
    unsigned char digest[SHA256_DIGEST_LENGTH];
    apr_int64_t good_until; /* seconds of the epoch; past: the place is free */
} used_proof;

typedef struct {
    unsigned char secret[OKTA_DEV_NONCE_SECRET_BYTES];
    used_proof used[ROWS][PLACES]; /* under the mutex */
} shared_proofs;

static okta_dev_segment *segment;
static shared_proofs *shared;
static bool usable; /* in this process */

void okta_dev_proof_memory_register(apr_pool_t *pconf)
{
    okta_dev_segment_register(pconf, NAME);
}

static apr_status_t fill(server_rec *s, void *memory)
{
    shared_proofs *proofs = memory;
    if (RAND_bytes(proofs->secret, sizeof(proofs->secret)) != 1) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, s, "OKTA-DEV: OpenSSL has no random bytes");
        return APR_EGENERAL;
    }
    return APR_SUCCESS;
}

apr_status_t okta_dev_proof_memory_open(server_rec *s)
{
    apr_status_t rv = okta_dev_segment_open(s, NAME, sizeof(shared_proofs), fill, &segment);
    if (rv == APR_SUCCESS) {
        shared = segment->memory;
    }
    return rv;
}

void okta_dev_proof_memory_child_init(server_rec *s, apr_pool_t *pchild)
{
    usable = okta_dev_segment_child_init(s, pchild, NAME, segment) == APR_SUCCESS;
}

const unsigned char *okta_dev_proof_memory_secret(void)
{
    return shared->secret;
}

static okta_dev_proof_use take_place(used_proof row[PLACES], const used_proof *proof,
                                     apr_int64_t now)
{
    used_proof *place = NULL;
    for (int i = 0; i < PLACES; i++) {
        if (row[i].good_until < now) {
            place = &row[i];
        } else if (memcmp(row[i].digest, proof->digest, sizeof(proof->digest)) == 0) {
            return OKTA_DEV_PROOF_USED;
        }
    }
    if (!place) {
        return OKTA_DEV_PROOF_UNKNOWN;
    }
    *place = *proof;
    return OKTA_DEV_PROOF_NEW;
}

okta_dev_proof_use okta_dev_proof_memory_use(request_rec *r, const okta_dev_proof *proof)
{
    used_proof used = {.good_until = proof->good_until};
    const char *text = apr_pstrcat(r->pool, proof->jkt, " ", proof->jti, NULL);
    okta_dev_proof_use use = OKTA_DEV_PROOF_UNKNOWN;
    apr_status_t rv = APR_EGENERAL;

    if (usable && EVP_Digest(text, strlen(text), used.digest, NULL, EVP_sha256(), NULL) == 1 &&
        (rv = apr_global_mutex_lock(segment->mutex)) == APR_SUCCESS) {
        size_t row = ((size_t)used.digest[0] << 8 | used.digest[1]) % ROWS;
        use = take_place(shared->used[row], &used, apr_time_sec(r->request_time));
        rv = apr_global_mutex_unlock(segment->mutex);
    }
    if (use == OKTA_DEV_PROOF_UNKNOWN || rv != APR_SUCCESS) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, rv, r,
                      "OKTA-DEV: a DPoP proof cannot be remembered: the memory for %d proofs of "
                      "five minutes is full, or its mutex is out of order",
                      ROWS * PLACES);
        return OKTA_DEV_PROOF_UNKNOWN;
    }
    return use;
}
