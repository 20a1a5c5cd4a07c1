/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/verdict_memory.h"

#include "core/claims.h"
#include "core/record.h"
#include "core/release.h"
#include "httpd/kept_memory.h"
#include "httpd/log.h"
#include "httpd/registry.h"
#include "httpd/restart.h"
#include "httpd/variables.h"

#include <apr_file_info.h>
#include <apr_strings.h>
#include <dlfcn.h>
#include <string.h>

#define RETAINED_KEY "mod_auth_okta.verdicts"

/* The parent's word for it, which children inherit. */
static okta_verdicts *current;

okta_verdicts *okta_verdict_memory(void)
{
    return current;
}

/* The file that this code was loaded from, as far as it can be told from another one. */
static apr_uint64_t file_of_the_module(apr_pool_t *pool)
{
    apr_finfo_t file = {0};
    Dl_info loaded;

    if (!dladdr((const void *)&auth_okta_module, &loaded) || !loaded.dli_fname ||
        apr_stat(&file, loaded.dli_fname, APR_FINFO_INODE | APR_FINFO_MTIME | APR_FINFO_SIZE,
                 pool) != APR_SUCCESS)
        return 0;
    return (apr_uint64_t)file.inode ^ (apr_uint64_t)file.mtime << 20 ^ (apr_uint64_t)file.size << 8;
}

/* With the release and the file: code that was mended does not go by what other code let pass. */
static void name_layout(apr_pool_t *pool, char *layout)
{
    memset(layout, 0, OKTA_LAYOUT_BYTES);
    apr_snprintf(
        layout, OKTA_LAYOUT_BYTES,
        "mod_auth_okta verdicts " APR_STRINGIFY(OKTA_SHARED_LAYOUT) " %s %" APR_UINT64_T_HEX_FMT
                                                                    " %lu %lu %lu %lu "
                                                                    "%lu %d",
        okta_release(), file_of_the_module(pool), (unsigned long)okta_verdicts_size(0),
        (unsigned long)okta_verdicts_longest(true), (unsigned long)okta_claims_pack_overhead(),
        (unsigned long)sizeof(okta_value), (unsigned long)sizeof(okta_variable), OKTA_REASON_COUNT);
}

static apr_status_t forget(void *unused)
{
    (void)unused;
    current = NULL;
    return APR_SUCCESS;
}

int okta_verdict_memory_create(apr_pool_t *pconf, server_rec *server)
{
    const uint32_t entries = (uint32_t)okta_registry_get()->global.token_cache;
    const apr_size_t size = okta_verdicts_size(entries);
    apr_pool_t *process_pool = server->process->pool;
    char layout[OKTA_LAYOUT_BYTES];
    apr_status_t status = APR_SUCCESS;
    okta_kept *before, *made = NULL;

    name_layout(pconf, layout);
    before = okta_kept_find(process_pool, RETAINED_KEY, layout);
    if (!before || before->size != size)
        made = okta_kept_make(process_pool, layout, size, &status);
    if (status != APR_SUCCESS)
        ap_log_error(APLOG_MARK, APLOG_EMERG, status, server,
                     OKTA_TAG_CONFIG "OktaTokenCache \"%u\": no shared memory to be had for %lu "
                                     "bytes; lower it, or give httpd more memory",
                     entries, (unsigned long)size);
    if (made) {
        current = okta_verdicts_init(made->memory, entries);
        okta_kept_remember(process_pool, RETAINED_KEY, made);
        if (before)
            apr_pool_destroy(before->pool);
    } else {
        current = before ? before->memory : NULL;
    }
    apr_pool_cleanup_register(pconf, NULL, forget, apr_pool_cleanup_null);
    if (status == APR_SUCCESS)
        return OK;
    return okta_ends_a_start(server, before ? "tokens are remembered in the memory of before"
                                            : "no token is remembered");
}
