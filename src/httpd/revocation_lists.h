/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of OktaRevocations: which file, and its memory that all processes share. */
#ifndef OKTA_HTTPD_REVOCATION_LISTS_H
#define OKTA_HTTPD_REVOCATION_LISTS_H

#include "core/revocations.h"
#include "httpd/judge.h"
#include "httpd/registry.h"

/* One for each path, however many servers name it. */
struct okta_revocation_list {
    const char *path;   /* as the parent sees it */
    server_rec *server; /* the first one that names it, for the log */
    okta_revocations
        *memory; /* NULL before okta_revocation_lists_create, and where there is none */
};

/* The list of this file. Parent, while a configuration is read. */
okta_revocation_list *okta_revocation_list_add(const char *path, server_rec *server);

/* The name that children have for the file, who may live in a ChrootDir. Parent. From pool. */
const char *okta_revocation_list_inside(apr_pool_t *pool, const okta_revocation_list *list);

/* Parent, check_config: complain of files that cannot be used. Nothing at a restart, which says
 * that when it does without. */
void okta_check_revocations(okta_judge *judge);

/* Parent, post_config: memory for each list, or that of before, and read what was never read. An
 * httpd status; at a restart always OK: a list that was read before goes on, and of one that never
 * was nobody can know. */
int okta_revocation_lists_create(apr_pool_t *pconf, server_rec *server);

/* What requests are to ask; NULL for no list. Any process and thread. */
const okta_revocations *okta_revocations_in_force(const okta_revocation_list *list);

#endif
