/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of OktaDecryptionKey: read by the parent while it may, inherited by its children. */
#ifndef OKTA_HTTPD_DECRYPTION_KEYS_H
#define OKTA_HTTPD_DECRYPTION_KEYS_H

#include "core/decryption_key.h"
#include "core/digest.h"
#include "httpd/judge.h"
#include "httpd/registry.h"

/* check_config: complain of files that cannot be used. */
void okta_decryption_keys_judge(okta_judge *judge);

/* Parent, post_config: read all keys; they are wiped with pconf. What is wrong at a start ends it;
 * at a restart a file that cannot be used is logged, and what it held before serves on. */
int okta_decryption_keys_settle(apr_pool_t *pconf, apr_pool_t *ptemp, server_rec *server);

/* The files of keys that tokens of the issuer may be encrypted to; from pool. NULL: none. */
apr_array_header_t *okta_decryption_paths_of(apr_pool_t *pool, const server_rec *server,
                                             const okta_issuer *issuer);

/* Child: wipe what only the parent needs, for the next restart. */
void okta_decryption_keys_child_init(void);

/* The keys that are in force, in the order of the configuration. */
typedef struct okta_decryption_set {
    const okta_decryption_key *const *keys;
    size_t count;
    /* of all keys and of what they may open; zeros: there are none. Verdicts on encrypted tokens
     * are found by it as well, and end with it. */
    unsigned char digest[OKTA_DIGEST_BYTES];
} okta_decryption_set;

/* Never NULL; for as long as the configuration. Any thread. */
const okta_decryption_set *okta_decryption_set_get(void);

/* Whether tokens of the issuer may be encrypted to the key: one of its <OktaIssuer> section, or
 * where that names none, of a server. Any thread. */
bool okta_decryption_key_is_of(const okta_decryption_key *key, const okta_issuer *issuer);

#endif
