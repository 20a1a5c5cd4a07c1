/* The memory that all processes share: one entry for each issuer of the registry. */
#ifndef OKTA_HTTPD_SHARED_H
#define OKTA_HTTPD_SHARED_H

#include "core/refused_kids.h"
#include "core/slot.h"
#include "core/tickets.h"
#include "core/turn.h"
#include "httpd/registry.h"

/* Pointers into the segment, valid in every process forked after okta_shared_create until the next
 * one. */
typedef struct okta_shared {
    okta_slot *keys; /* a snapshot; written by the refresher, before the fork by the parent */
    okta_slot_state *state; /* of keys */
    okta_slot *cause;       /* why the last fetch failed, as text; the refresher's */
    okta_refused_kids *refused;
    okta_tickets *tickets;
    okta_turn *turn; /* see okta_shared_turn */
} okta_shared;

#define OKTA_CAUSE_BYTES 512

/* Parent, post_config, after okta_trust_settle: lay out the segment and take over what the previous
 * configuration knew of the same issuers under the same trust, so that a restart costs no fetch. It
 * outlives pconf until the next call. An httpd status; at a restart always OK. */
int okta_shared_create(apr_pool_t *pconf, apr_pool_t *ptemp, server_rec *server);

/* Whose turn it is to refresh. Only where there are issuers. */
okta_turn *okta_shared_turn(void);

/* An issuer's entry. Any process and thread; never NULL after okta_shared_create. */
const okta_shared *okta_shared_of(const okta_issuer *issuer);

#endif
