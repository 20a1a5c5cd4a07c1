/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/revoked.h"

#include "devserver/segment.h"
#include <http_log.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>

APLOG_USE_MODULE(okta_devserver);

#define NAME "okta-devserver-revoked"
#define PLACES 256

typedef struct {
    unsigned char digest[SHA256_DIGEST_LENGTH];
    apr_int64_t exp; /* past: the place is free */
} revoked_token;

typedef struct {
    revoked_token tokens[PLACES]; /* under the mutex */
} shared_tokens;

static okta_dev_segment *segment;
static bool usable; /* in this process */

void okta_dev_revoked_register(apr_pool_t *pconf)
{
    okta_dev_segment_register(pconf, NAME);
}

static apr_status_t fill(server_rec *s, void *memory)
{
    (void)s;
    (void)memory;
    return APR_SUCCESS;
}

apr_status_t okta_dev_revoked_open(server_rec *s)
{
    return okta_dev_segment_open(s, NAME, sizeof(shared_tokens), fill, &segment);
}

void okta_dev_revoked_child_init(server_rec *s, apr_pool_t *pchild)
{
    usable = okta_dev_segment_child_init(s, pchild, NAME, segment) == APR_SUCCESS;
}

/* The token's place, or else a free one; NULL: there is neither. */
static revoked_token *place_of(shared_tokens *all, const revoked_token *token, apr_int64_t now,
                               bool *held)
{
    revoked_token *place = NULL;
    *held = false;
    for (int i = 0; i < PLACES && !*held; i++) {
        revoked_token *one = &all->tokens[i];
        if (one->exp <= now) {
            place = place ? place : one;
        } else if (memcmp(one->digest, token->digest, sizeof(one->digest)) == 0) {
            *held = true;
            place = one;
        }
    }
    return place;
}

static bool look(request_rec *r, const char *signed_part, apr_int64_t exp, bool add, bool *held)
{
    revoked_token token = {.exp = exp};
    revoked_token *place = NULL;
    if (!usable ||
        EVP_Digest(signed_part, strlen(signed_part), token.digest, NULL, EVP_sha256(), NULL) != 1 ||
        apr_global_mutex_lock(segment->mutex) != APR_SUCCESS) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      "OKTA-DEV: the memory of revoked tokens is out of order");
        return false;
    }
    place = place_of(segment->memory, &token, apr_time_sec(r->request_time), held);
    if (place && add) {
        *place = token;
    }
    apr_global_mutex_unlock(segment->mutex);
    if (add && !place) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      "OKTA-DEV: the memory of %d revoked tokens is full until one of them expires",
                      PLACES);
    }
    return !add || place;
}

bool okta_dev_revoked_add(request_rec *r, const char *signed_part, apr_int64_t exp)
{
    bool held = false;
    return look(r, signed_part, exp, true, &held);
}

bool okta_dev_revoked_holds(request_rec *r, const char *signed_part)
{
    bool held = false;
    return !look(r, signed_part, 0, false, &held) || held;
}
