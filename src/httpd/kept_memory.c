/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/kept_memory.h"

#include <apr_shm.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ALIGNMENT 64

void okta_kept_remember(apr_pool_t *process_pool, const char *key, const void *kept)
{
    /* not setn: APR would keep a pointer to the key, which is the module's */
    apr_pool_userdata_set(kept, key, NULL, process_pool);
}

void *okta_kept_find(apr_pool_t *process_pool, const char *key,
                     const char layout[OKTA_LAYOUT_BYTES])
{
    void *found = NULL;
    okta_kept *kept;

    apr_pool_userdata_get(&found, key, process_pool);
    kept = found;
    if (!kept || memcmp(kept->layout, layout, OKTA_LAYOUT_BYTES) == 0)
        return kept;
    apr_pool_destroy(kept->pool);
    okta_kept_remember(process_pool, key, NULL);
    return NULL;
}

void *okta_kept_find_or_make(apr_pool_t *process_pool, const char *key,
                             const char layout[OKTA_LAYOUT_BYTES], apr_size_t size)
{
    okta_kept *kept = okta_kept_find(process_pool, key, layout);
    apr_pool_t *pool;

    if (kept)
        return kept;
    apr_pool_create(&pool, process_pool);
    kept = apr_pcalloc(pool, size);
    memcpy(kept->layout, layout, OKTA_LAYOUT_BYTES);
    kept->pool = pool;
    okta_kept_remember(process_pool, key, kept);
    return kept;
}

void *okta_aligned(void *memory)
{
    apr_uintptr_t past = (apr_uintptr_t)memory % ALIGNMENT;

    return (char *)memory + (past ? ALIGNMENT - past : 0);
}

/* A core file of one process has nothing to say of all callers. */
static void keep_out_of_core_files(void *memory, apr_size_t size)
{
#ifdef MADV_DONTDUMP
    apr_uintptr_t page = (apr_uintptr_t)sysconf(_SC_PAGESIZE);
    apr_uintptr_t begin = (apr_uintptr_t)memory / page * page;

    madvise((void *)begin, (apr_uintptr_t)memory + size - begin, MADV_DONTDUMP);
#endif
}

void *okta_share(apr_pool_t *pool, apr_size_t size, apr_status_t *status)
{
    apr_shm_t *shm;
    void *memory;

    /* APR keeps a word of its own in front of it */
    *status = apr_shm_create(&shm, size + ALIGNMENT, NULL, pool);
    if (*status != APR_SUCCESS)
        return NULL;
    memory = okta_aligned(apr_shm_baseaddr_get(shm));
    keep_out_of_core_files(memory, size);
    return memory;
}

void *okta_share_pages(apr_pool_t *pool, apr_size_t size, apr_status_t *status)
{
    const apr_uintptr_t page = (apr_uintptr_t)sysconf(_SC_PAGESIZE);
    char *memory = okta_share(pool, size + page, status);

    return memory ? memory + (page - (apr_uintptr_t)memory % page) % page : NULL;
}

okta_kept *okta_kept_make(apr_pool_t *process_pool, const char layout[OKTA_LAYOUT_BYTES],
                          apr_size_t size, apr_status_t *status)
{
    apr_pool_t *pool;
    okta_kept *made;
    void *memory;

    apr_pool_create(&pool, process_pool);
    memory = okta_share(pool, size, status);
    if (!memory) {
        apr_pool_destroy(pool);
        return NULL;
    }
    made = apr_pcalloc(pool, sizeof(*made));
    memcpy(made->layout, layout, OKTA_LAYOUT_BYTES);
    made->pool = pool;
    made->memory = memory;
    made->size = size;
    return made;
}
