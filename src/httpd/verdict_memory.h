/* The table of verdicts that all processes share. */
#ifndef OKTA_HTTPD_VERDICT_MEMORY_H
#define OKTA_HTTPD_VERDICT_MEMORY_H

#include "core/verdicts.h"

#include <httpd.h>

/* Parent, post_config, before okta_shared_create: make it, of OktaTokenCache entries, or keep the
 * one that there is where it has as many and this release made it: a restart costs no verification.
 * An httpd status; at a restart always OK. */
int okta_verdict_memory_create(apr_pool_t *pconf, server_rec *server);

/* Any process and thread, after okta_verdict_memory_create; NULL where a restart found no memory.
 * With OktaTokenCache 0 it keeps nothing. */
okta_verdicts *okta_verdict_memory(void);

/* A number for a key set that is published: no verdict that is remembered has it. 0, for the slot
 * to count by itself, where there is no table. Any process and thread. */
uint32_t okta_verdict_generation(void);

#endif
