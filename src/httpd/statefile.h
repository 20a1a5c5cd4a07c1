/* SPDX-License-Identifier: Apache-2.0 */
/* Last good key sets on disk: what a cold start has while the issuer is down. */
#ifndef OKTA_HTTPD_STATEFILE_H
#define OKTA_HTTPD_STATEFILE_H

#include "httpd/filewrite.h"
#include "httpd/registry.h"

/* The name of the issuer's file in a directory, with a suffix, into path[size]. */
void okta_statefile_path(const okta_issuer *issuer, const char *directory, const char *suffix,
                         char *path, size_t size);

/* Parent: publish the issuer's state file, when there is a sound one of this issuer, fetched
 * under today's trust, that is not too old. */
void okta_statefile_load(const okta_issuer *issuer, apr_pool_t *ptemp);

/* What is to be written of one issuer, and how that goes. All zero: nothing. Kept by the refresher;
 * its members are for the functions below. */
typedef struct okta_saving {
    okta_filewrite *write; /* under way */
    bool due;
    bool failed; /* and that was logged */
    int64_t max_age;
    int64_t again_at; /* not before, by okta_monotonic */
} okta_saving;

/* Refresher: what the issuer's slot has is to be written, replacing the file in one step. The
 * work is done by a thread, which okta_statefile_step starts again after a failure and takes note
 * of; saving waits a moment for it, unless it went wrong last time. Only changes between success
 * and failure are logged. */
void okta_statefile_save(const okta_issuer *issuer, okta_saving *saving, int64_t max_age);
void okta_statefile_step(const okta_issuer *issuer, okta_saving *saving);

/* Begin nothing more; what is under way goes on. */
void okta_statefile_abandon(okta_saving *saving);

/* Take note of an end, without a log line. False: it is still under way, whatever it waits for. */
bool okta_statefile_is_idle(okta_saving *saving);

#endif
