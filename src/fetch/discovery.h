/* SPDX-License-Identifier: Apache-2.0 */
/* From an issuer to its key set: metadata, then keys, each judged before the next step. */
#ifndef OKTA_FETCH_DISCOVERY_H
#define OKTA_FETCH_DISCOVERY_H

#include "core/keyset.h"
#include "fetch/fetch.h"

/* Borrowed for the call to start. */
typedef struct okta_discovery_request {
    const char *issuer;
    const char *jwks_uri; /* configured, or known from earlier; NULL: ask the metadata */
    const char *etag;     /* of the key set we have; NULL: none */
    const char *etag_uri; /* where that came from; elsewhere it means nothing */
    bool metadata_only;   /* stop at the metadata: only the URLs are wanted */
    okta_fetch_settings settings;
    okta_dropped_fn *dropped; /* told of unusable keys; may be NULL */
    void *dropped_baton;
} okta_discovery_request;

/* Valid during the callback only. */
typedef struct okta_discovery_result {
    bool good; /* false: error says why, retry_after whether the server named a time */
    okta_error error;
    int64_t retry_after; /* seconds; -1: not said */
    bool keys_too_large; /* the failure is one of max_bytes, and of the key set */
    bool not_modified;   /* the key set of the etag still stands; jwks and keys are NULL */
    const char *jwks_uri;
    const char *token_endpoint;         /* NULL: not asked for, or none */
    const char *introspection_endpoint; /* the same */
    const okta_value *jwks;             /* the document that keys were made of */
    okta_keyset *keys;                  /* ref it to keep it */
    const char *etag;
    int64_t max_age; /* seconds; -1: not said */
} okta_discovery_result;

typedef void okta_discovery_done_fn(void *baton, const okta_discovery_result *result);

typedef struct okta_discovery okta_discovery;

/* Begin; done is called once from the fetcher's run. NULL with the cause in error when it cannot
 * begin. */
okta_discovery *okta_discovery_start(okta_fetcher *fetcher, const okta_discovery_request *request,
                                     okta_discovery_done_fn *done, void *baton, okta_error *error);

/* Give up; done is not called. Due for each discovery under way before its fetcher is destroyed. */
void okta_discovery_cancel(okta_discovery *discovery);

#endif
