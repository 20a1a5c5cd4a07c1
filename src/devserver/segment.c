/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/segment.h"

#include <apr_shm.h>
#include <apr_strings.h>
#include <http_log.h>
#include <util_mutex.h>

APLOG_USE_MODULE(okta_devserver);

void okta_dev_segment_register(apr_pool_t *pconf, const char *name)
{
    ap_mutex_register(pconf, name, NULL, APR_LOCK_DEFAULT, 0);
}

static apr_status_t create(server_rec *s, const char *name, apr_size_t size,
                           okta_dev_segment *segment)
{
    apr_shm_t *shm;
    apr_pool_t *pool = s->process->pool;
    apr_status_t rv = apr_shm_create(&shm, size, NULL, pool);
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, rv, s,
                     "OKTA-DEV: no shared memory for \"%s\" (%" APR_SIZE_T_FMT " bytes, anonymous)",
                     name, size);
        return rv;
    }
    rv = ap_global_mutex_create(&segment->mutex, NULL, name, NULL, s, pool, 0);
    if (rv != APR_SUCCESS) {
        return rv; /* logged by httpd */
    }
    segment->size = size;
    segment->memory = apr_shm_baseaddr_get(shm);
    memset(segment->memory, 0, size);
    return APR_SUCCESS;
}

apr_status_t okta_dev_segment_open(server_rec *s, const char *name, apr_size_t size,
                                   okta_dev_segment_fill *fill, okta_dev_segment **segment)
{
    apr_pool_t *pool = s->process->pool; /* outlives restarts */
    const char *key = apr_pstrcat(s->process->pconf, "mod_okta_devserver:", name, NULL);
    void *kept = NULL;

    apr_pool_userdata_get(&kept, key, pool);
    *segment = kept;
    /* Another size is that of another build. */
    if (!*segment || (*segment)->size != size) {
        *segment = apr_pcalloc(pool, sizeof(**segment));
        apr_status_t rv = create(s, name, size, *segment);
        if (rv == APR_SUCCESS) {
            rv = fill(s, (*segment)->memory);
        }
        if (rv != APR_SUCCESS) {
            return rv;
        }
        apr_pool_userdata_set(*segment, key, NULL, pool);
    }
    return APR_SUCCESS;
}

apr_status_t okta_dev_segment_child_init(server_rec *s, apr_pool_t *pchild, const char *name,
                                         okta_dev_segment *segment)
{
    apr_status_t rv = apr_global_mutex_child_init(
        &segment->mutex, apr_global_mutex_lockfile(segment->mutex), pchild);
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, rv, s,
                     "OKTA-DEV: this process cannot use the \"%s\" mutex; choose another mechanism "
                     "with the Mutex directive",
                     name);
    }
    return rv;
}
