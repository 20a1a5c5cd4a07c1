/* SPDX-License-Identifier: Apache-2.0 */
/* Shared memory that restarts do not end: in the process pool, for the next configuration and
 * perhaps another build of the module. */
#ifndef OKTA_HTTPD_KEPT_MEMORY_H
#define OKTA_HTTPD_KEPT_MEMORY_H

#include <apr_pools.h>

#define OKTA_LAYOUT_BYTES 128

/* What is kept begins with this, whatever follows. There is no pointer into the module in it. Where
 * the layout differs only the first two members are used, which never change. */
typedef struct okta_kept {
    char layout[OKTA_LAYOUT_BYTES];
    apr_pool_t *pool; /* of its own; with it goes all of it */
    void *memory;     /* shared with processes that are forked from now on */
    apr_size_t size;  /* bytes of it */
} okta_kept;

/* All in the parent, while a configuration is read. */

/* What was kept under the key, if it has this layout; what has another one is released. NULL: there
 * is nothing. */
void *okta_kept_find(apr_pool_t *process_pool, const char *key,
                     const char layout[OKTA_LAYOUT_BYTES]);

/* The same, or a new one: size bytes of zeros that begin with the layout, in a pool of their own.
 */
void *okta_kept_find_or_make(apr_pool_t *process_pool, const char *key,
                             const char layout[OKTA_LAYOUT_BYTES], apr_size_t size);

/* The first address from memory on that is a multiple of 64: it takes up to 63 bytes. */
void *okta_aligned(void *memory);

/* size bytes of zeros that processes share, aligned to 64, for as long as pool lives; core files
 * leave them out. NULL, with the status, when there are none to be had. */
void *okta_share(apr_pool_t *pool, apr_size_t size, apr_status_t *status);

/* The same at the beginning of a page, for what is never touched as a whole. */
void *okta_share_pages(apr_pool_t *pool, apr_size_t size, apr_status_t *status);

/* The same in a pool of their own, with the layout as their name. Nothing is kept yet. */
okta_kept *okta_kept_make(apr_pool_t *process_pool, const char layout[OKTA_LAYOUT_BYTES],
                          apr_size_t size, apr_status_t *status);

/* Keep it from now on; NULL: nothing. */
void okta_kept_remember(apr_pool_t *process_pool, const char *key, const void *kept);

#endif
