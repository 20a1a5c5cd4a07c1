/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of the development authorization server, shared by all processes of one httpd. */
#ifndef OKTA_DEVSERVER_KEYSTORE_H
#define OKTA_DEVSERVER_KEYSTORE_H

#include "devserver/key.h"
#include <httpd.h>

typedef enum {
    OKTA_DEV_KEY_CURRENT,     /* signs */
    OKTA_DEV_KEY_NEXT,        /* published ahead of its use */
    OKTA_DEV_KEY_PREVIOUS,    /* published still; none before the first rotation */
    OKTA_DEV_KEY_UNPUBLISHED, /* never in the key set: for tests of what a verifier refuses */
    OKTA_DEV_KEY_ROLES
} okta_dev_key_role;

/* One generation of the keys, as a process has parsed it. Immutable. */
typedef struct {
    apr_uint32_t generation;
    okta_dev_key *key[OKTA_DEV_KEY_ROLES]; /* NULL: no key in that role */
    int users;                             /* the key store's own count */
} okta_dev_keys;

/* pre_config: makes the mutex known to the Mutex directive. */
void okta_dev_keystore_register(apr_pool_t *pconf);

/* post_config, in the parent: makes the shared memory and the keys, or finds those made before a
 * restart. Logs the cause of a failure. */
apr_status_t okta_dev_keystore_open(server_rec *s);

/* child_init: must run before any of the functions below. */
void okta_dev_keystore_child_init(server_rec *s, apr_pool_t *pchild);

/* The newest generation; stays valid until r->pool is cleared. Any thread. NULL on failure, logged
 * with r. */
const okta_dev_keys *okta_dev_keystore_get(request_rec *r);

/* Every process signs with the next key from now on; the one that has been current stays
 * published until the following rotation. Any thread. Logs the cause of a failure with r. */
apr_status_t okta_dev_keystore_rotate(request_rec *r);

#endif
