/* SPDX-License-Identifier: Apache-2.0 */
/* OktaSharedCache: a store of one of httpd's socache providers, which hosts may share. What is put
 * there is sealed by OktaSharedCacheKey; see core/sealed.h. */
#ifndef OKTA_HTTPD_SHARED_CACHE_H
#define OKTA_HTTPD_SHARED_CACHE_H

#include "core/sealed.h"
#include "httpd/config.h"
#include "httpd/judge.h"

#include <ap_socache.h>

/* What is configured, const once a configuration is read. */
struct okta_shared_cache {
    const char *provider;  /* as written */
    const char *arguments; /* NULL: none */
    bool leaves_host;      /* other hosts may use the same store */
};

/* pre_config: the mutex of providers that need one. */
void okta_shared_cache_register_mutex(apr_pool_t *pconf);

/* configtest: say what is wrong with it. */
void okta_shared_cache_judge(okta_judge *judge);

/* Parent, post_config: read the key and make the store. An httpd status; at a restart always OK:
 * without them, or with a key that cannot be read, what needs them gets 503. */
int okta_shared_cache_create(apr_pool_t *pconf, apr_pool_t *ptemp, server_rec *server);

/* Child. */
void okta_shared_cache_child_init(apr_pool_t *pchild, server_rec *server);

/* Whether it is configured for several hosts, whatever became of it. Any thread, as all below. */
bool okta_shared_cache_is_wanted(void);

/* The key that hosts share; NULL: none is set, or it cannot be had. Borrowed, for the
 * configuration. */
const unsigned char *okta_shared_cache_key(void);

/* Parent, after okta_shared_cache_create: what seals for this purpose, where it is configured and
 * there is a key; *made says so. An httpd status; at a restart always OK: the log says what is lost
 * without it. */
int okta_shared_cache_sealer(server_rec *server, const char *purpose, const char *loss,
                             okta_sealer *sealer, bool *made);

/* One step, which may take for ever: on a thread of shared_calls.h alone. pool: for the step. */
apr_status_t okta_shared_cache_put(const unsigned char name[OKTA_SEALED_NAME_BYTES], int64_t end,
                                   const unsigned char *bytes, size_t length, apr_pool_t *pool);
apr_status_t okta_shared_cache_get(const unsigned char name[OKTA_SEALED_NAME_BYTES],
                                   unsigned char *bytes, size_t *length, apr_pool_t *pool);

#endif
