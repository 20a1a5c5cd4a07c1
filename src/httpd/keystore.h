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
                           const okta_snapshot *snapshot, const char *jwks, size_t length,
                           okta_error *error);

/* Parent, before the fork: set the slot's times for keys that their source confirmed at
 * `fetched_at` (microseconds), saying max_age (seconds, -1: nothing). */
void okta_keystore_set_times(const okta_issuer *issuer, apr_time_t fetched_at, int64_t max_age);

/* Parent, before the fork: durations may have been changed by the restart; what counts is what is
 * configured now. */
void okta_keystore_settle_times(const okta_issuer *issuer);

/* okta_keystore_set_times in the refresher's turn. False: it is over, and whoever has the next one
 * decides. */
bool okta_keystore_confirm(const okta_issuer *issuer, okta_turn_number turn, apr_time_t fetched_at,
                           int64_t max_age);

/* The clock was set back to `now`, before the keys were fetched by their own account: let them have
 * been fetched now, so that they are not trusted longer than configured. In the refresher's turn.
 */
void okta_keystore_clock_went_back(const okta_issuer *issuer, okta_turn_number turn,
                                   apr_time_t now);

/* Whether an unknown kid may cause a fetch at `now`. Any process and thread. */
bool okta_keystore_cooled_down(const okta_slot_state *state, apr_time_t now);

/* What is published, decoded; false when there is nothing. Release with okta_snapshot_clear. */
bool okta_keystore_snapshot(const okta_issuer *issuer, okta_snapshot *snapshot);

#endif
