/* The key sets of all issuers: slots in memory that all processes share, and what this process has
 * parsed of them. */
#ifndef OKTA_HTTPD_KEYSTORE_H
#define OKTA_HTTPD_KEYSTORE_H

#include "core/keyset.h"
#include "core/slot.h"
#include "core/snapshot.h"
#include "httpd/registry.h"

/* Parent, post_config: lay out the shared segment for the registry's issuers, take over what the
 * previous configuration had for the same issuers, publish the key files. The segment outlives
 * pconf until the next call. An httpd status. */
int okta_keystore_create(apr_pool_t *pconf, apr_pool_t *ptemp, server_rec *server);

/* Child: the process's own part; released with pchild. */
void okta_keystore_child_init(apr_pool_t *pchild);

/* The slot of an issuer of the registry. */
okta_slot *okta_keystore_slot(const okta_issuer *issuer);

/* The key set of an issuer, parsed at most once for each process and generation, while other
 * threads go on with the previous one. OKTA_OK sets *keys (one reference for the caller), else
 * OKTA_KEYS_UNAVAILABLE: none yet, or too old. Any thread of a child; takes no lock that another
 * process could hold. */
okta_reason okta_keystore_get(const okta_issuer *issuer, okta_keyset **keys);

/* Ask the refresher for newer keys than those of `generation` (0: for any) and wait for them, no
 * longer than OktaKeyWait and only where waiting can help. True: another try is worth while. */
bool okta_keystore_await(const okta_issuer *issuer, uint32_t generation);

/* Seconds until the refresher's next try, 1 to 60: for Retry-After. */
int okta_keystore_retry_after(const okta_issuer *issuer);

/* Publish a key set unless the slot holds the same already; one writer at a time. False, with the
 * cause, when it cannot be encoded or does not fit. jwks_uri says where it came from. */
bool okta_keystore_publish(const okta_issuer *issuer, const char *jwks_uri, const char *jwks,
                           size_t length, okta_error *error);

#endif
