/* SPDX-License-Identifier: Apache-2.0 */
/* The table of verdicts that all processes share. */
#ifndef OKTA_HTTPD_VERDICT_MEMORY_H
#define OKTA_HTTPD_VERDICT_MEMORY_H

#include "core/verdicts.h"

#include <httpd.h>

/* Parent, post_config, before okta_shared_create: make it, of OktaTokenCache entries, or keep the
 * one that there is where it has as many and this module made it: a restart costs no verification.
 * An httpd status; at a restart always OK. */
int okta_verdict_memory_create(apr_pool_t *pconf, server_rec *server);

/* Any process and thread, after okta_verdict_memory_create; NULL where a restart found no memory.
 * With OktaTokenCache 0 it keeps nothing. */
okta_verdicts *okta_verdict_memory(void);

#endif
