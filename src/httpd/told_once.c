/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/told_once.h"

#include <apr_lib.h>
#include <apr_shm.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#define SUBJECTS_MAX 64

typedef struct subjects {
    _Atomic(uint64_t) digests[SUBJECTS_MAX]; /* 0: free */
} subjects;

static subjects own;
static subjects *known = &own;

static apr_status_t forget(void *unused)
{
    (void)unused;
    known = &own;
    return APR_SUCCESS;
}

void okta_told_once_share(apr_pool_t *pconf)
{
    apr_shm_t *segment = NULL;

    if (apr_shm_create(&segment, sizeof(subjects), NULL, pconf) != APR_SUCCESS)
        return;
    known = memset(apr_shm_baseaddr_get(segment), 0, sizeof(subjects));
    /* before the segment goes */
    apr_pool_pre_cleanup_register(pconf, NULL, forget);
}

/* FNV-1a */
static uint64_t digest_of(const char *subject)
{
    uint64_t digest = 0xcbf29ce484222325u;

    for (; *subject; subject++)
        digest = (digest ^ (unsigned char)apr_tolower(*subject)) * 0x100000001b3u;
    return digest ? digest : 1;
}

bool okta_told_once_is_first(const char *subject)
{
    uint64_t digest = digest_of(subject);

    for (size_t i = 0; i < SUBJECTS_MAX; i++) {
        uint64_t found = atomic_load_explicit(&known->digests[i], memory_order_relaxed);

        if (found == 0 && atomic_compare_exchange_strong(&known->digests[i], &found, digest))
            return true;
        if (found == digest)
            return false;
    }
    return false;
}
