/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/introspection_memory.h"

#include "core/record.h"
#include "httpd/kept_memory.h"
#include "httpd/log.h"
#include "httpd/registry.h"
#include "httpd/restart.h"

#include <apr_strings.h>
#include <string.h>

#define RETAINED_KEY "mod_auth_okta.introspection"

/* The parent's word for it, which children inherit. */
static okta_asking_memory *current;

okta_asking_memory *okta_introspection_memory(void)
{
    return current;
}

static apr_status_t forget(void *unused)
{
    (void)unused;
    current = NULL;
    return APR_SUCCESS;
}

int okta_introspection_memory_create(apr_pool_t *pconf, server_rec *server)
{
    apr_pool_t *process_pool = server->process->pool;
    apr_status_t status = APR_SUCCESS;
    char layout[OKTA_LAYOUT_BYTES] = "";
    okta_kept *kept;

    if (!okta_registry_get()->introspects)
        return OK;
    apr_snprintf(layout, sizeof(layout),
                 "mod_auth_okta introspection " APR_STRINGIFY(OKTA_SHARED_LAYOUT) " %lu",
                 (unsigned long)sizeof(okta_asking_memory));
    kept = okta_kept_find(process_pool, RETAINED_KEY, layout);
    if (!kept)
        kept = okta_kept_make(process_pool, layout, sizeof(okta_asking_memory), &status);
    if (!kept) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, status, server,
                     OKTA_TAG_CONFIG "OktaIntrospection: no shared memory to be had for %lu "
                                     "bytes; give httpd more memory",
                     (unsigned long)sizeof(okta_asking_memory));
        return okta_ends_a_start(server, "no issuer is asked about tokens, which get 503");
    }
    okta_kept_remember(process_pool, RETAINED_KEY, kept);
    current = kept->memory;
    apr_pool_cleanup_register(pconf, NULL, forget, apr_pool_cleanup_null);
    return OK;
}
