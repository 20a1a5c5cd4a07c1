/* Last good key sets on disk: what a cold start has while the issuer is down. */
#ifndef OKTA_HTTPD_STATEFILE_H
#define OKTA_HTTPD_STATEFILE_H

#include "httpd/registry.h"

/* Parent: publish the issuer's state file, when there is a sound one of this issuer, fetched
 * under today's trust, that is not too old. */
void okta_statefile_load(const okta_issuer *issuer, apr_pool_t *ptemp);

/* Refresher: write what the issuer's slot has, replacing the file in one step. *unsaved is kept by
 * the caller, false at first: whether the last time failed. Only changes of that are logged. */
void okta_statefile_save(const okta_issuer *issuer, int64_t max_age, bool *unsaved);

#endif
