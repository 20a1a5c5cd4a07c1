/* SPDX-License-Identifier: Apache-2.0 */
/* The key sets of all issuers, as the processes see them. */
#ifndef OKTA_HTTPD_KEYSTORE_H
#define OKTA_HTTPD_KEYSTORE_H

#include "core/keyset.h"
#include "core/snapshot.h"
#include "httpd/shared.h"

/* Child: the process's own part; released with pchild. */
void okta_keystore_child_init(apr_pool_t *pchild);

/* The key set of an issuer, parsed at most once for each process and generation. While one thread
 * parses, the others go on with the previous set; with `newest` they wait for the new one instead.
 * OKTA_OK sets *keys (one reference for the caller) and the *generation that it is of;
 * OKTA_KEYS_UNAVAILABLE: none yet, or too old; OKTA_OUT_OF_MEMORY: this process could not parse
 * what is published, and will try again in a moment. Any thread of a child; takes no lock that
 * another process could hold. */
okta_reason okta_keystore_get(const okta_issuer *issuer, bool newest, okta_keyset **keys,
                              uint32_t *generation);

/* Publish a key set unless the slot holds the same already, in the refresher's turn; 0 is the
 * parent's, before the fork. False, with the cause, when it does not fit or the turn is over.
 * snapshot says where it came from; its times are left out. */
bool okta_keystore_publish(const okta_issuer *issuer, okta_turn_number turn,
                           const okta_snapshot *snapshot, okta_error *error);

/* What is published, read but for the keys; false when there is nothing. Release with
 * okta_snapshot_clear. */
bool okta_keystore_snapshot(const okta_issuer *issuer, okta_snapshot *snapshot);

#endif
