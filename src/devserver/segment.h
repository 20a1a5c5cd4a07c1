/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that all processes of one httpd share, with its mutex; it outlives restarts, so that old
 * and new children share it while a graceful restart is under way. */
#ifndef OKTA_DEVSERVER_SEGMENT_H
#define OKTA_DEVSERVER_SEGMENT_H

#include <apr_global_mutex.h>
#include <httpd.h>

/* Holds no pointer into this DSO, which httpd unloads and loads again at a restart. */
typedef struct {
    apr_size_t size;
    void *memory; /* anonymous: no one else sees it */
    apr_global_mutex_t *mutex;
} okta_dev_segment;

typedef apr_status_t okta_dev_segment_fill(server_rec *s, void *memory);

/* pre_config: makes the mutex called name known to the Mutex directive. */
void okta_dev_segment_register(apr_pool_t *pconf, const char *name);

/* post_config, in the parent: the segment called name that was made before a restart; else a new
 * one of that size, which is zero and is then filled. Logs the cause of a failure, except that of
 * fill. */
apr_status_t okta_dev_segment_open(server_rec *s, const char *name, apr_size_t size,
                                   okta_dev_segment_fill *fill, okta_dev_segment **segment);

/* child_init: before the mutex is used. Logs the cause of a failure. */
apr_status_t okta_dev_segment_child_init(server_rec *s, apr_pool_t *pchild, const char *name,
                                         okta_dev_segment *segment);

#endif
