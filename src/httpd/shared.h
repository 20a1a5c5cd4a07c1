/* SPDX-License-Identifier: Apache-2.0 */
/* The memory that all processes share: a record for each issuer of the registry, the turn to
 * refresh, and the tickets of requests that wait. */
#ifndef OKTA_HTTPD_SHARED_H
#define OKTA_HTTPD_SHARED_H

#include "core/record.h"
#include "core/tickets.h"
#include "httpd/registry.h"

/* Parent, post_config, after okta_trust_settle: lay out the segment and take over what the previous
 * configuration knew of the same issuers under the same trust, so that a restart costs no fetch. It
 * outlives pconf until the next call. An httpd status; at a restart always OK. */
int okta_shared_create(apr_pool_t *pconf, apr_pool_t *ptemp, server_rec *server);

/* Whose turn it is to refresh, and the tickets to wait, of all issuers together. */
okta_turn *okta_shared_turn(void);
okta_tickets *okta_shared_tickets(void);

/* Any number, by chance: for the schedules. */
uint32_t okta_jitter(void);

/* An issuer's record; valid until the next okta_shared_create. Any process and thread; never NULL
 * after okta_shared_create. */
const okta_record *okta_shared_of(const okta_issuer *issuer);

/* The record whose key set is of this generation; index: the one to look at first. NULL: there is
 * none. Any process and thread. */
const okta_record *okta_shared_with_keys(int index, uint32_t generation);

/* A number for a key set that is published: no verdict that is remembered has it, nor any other key
 * set here. Any process whose turn it is to refresh, one thread at a time. */
uint32_t okta_shared_next_generation(void);

#endif
