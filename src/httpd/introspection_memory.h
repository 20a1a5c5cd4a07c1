/* SPDX-License-Identifier: Apache-2.0 */
/* What processes share while they ask issuers about tokens: which are asked about right now, and
 * how many requests wait. Kept over restarts, for old children and new ones at once. */
#ifndef OKTA_HTTPD_INTROSPECTION_MEMORY_H
#define OKTA_HTTPD_INTROSPECTION_MEMORY_H

#include "core/flights.h"
#include "core/tickets.h"

#include <httpd.h>

#define OKTA_ASKING_TICKETS 4 /* times OKTA_TICKETS_MAX */

typedef struct okta_asking_memory {
    okta_flights flights;
    okta_tickets tickets[OKTA_ASKING_TICKETS];
} okta_asking_memory;

/* Parent, post_config: make it, where issuers are asked, or go on with the one that there is. An
 * httpd status; at a restart always OK. */
int okta_introspection_memory_create(apr_pool_t *pconf, server_rec *server);

/* NULL: there is none, and nobody can be asked. Any process and thread. */
okta_asking_memory *okta_introspection_memory(void);

#endif
