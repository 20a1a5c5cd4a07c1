/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/config.h"
#include "devserver/endpoints.h"
#include "devserver/keystore.h"
#include "devserver/proof_memory.h"
#include "devserver/revoked.h"
#include <http_core.h>
#include <http_log.h>

#define HANDLER "okta-dev-issuer"

extern module AP_MODULE_DECLARE_DATA okta_devserver_module;
APLOG_USE_MODULE(okta_devserver);

static int pre_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp)
{
    (void)plog;
    (void)ptemp;
    okta_dev_keystore_register(pconf);
    okta_dev_proof_memory_register(pconf);
    okta_dev_revoked_register(pconf);
    return OK;
}

static int post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *s)
{
    (void)pconf;
    (void)plog;
    (void)ptemp;
    /* httpd reads its configuration twice at start; keys are made for the second time only. */
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK;
    }
    if (okta_dev_keystore_open(s) != APR_SUCCESS || okta_dev_proof_memory_open(s) != APR_SUCCESS ||
        okta_dev_revoked_open(s) != APR_SUCCESS) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                 "OKTA-DEV: DEVELOPMENT ONLY: mod_okta_devserver is loaded and gives access tokens "
                 "to whoever knows the secrets in this configuration. Never load it on a server "
                 "that others can reach.");
    return OK;
}

static void child_init(apr_pool_t *pchild, server_rec *s)
{
    okta_dev_keystore_child_init(s, pchild);
    okta_dev_proof_memory_child_init(s, pchild);
    okta_dev_revoked_child_init(s, pchild);
}

static int handler(request_rec *r)
{
    if (!r->handler || strcmp(r->handler, HANDLER) != 0) {
        return DECLINED;
    }
    return okta_dev_endpoints_answer(
        r, ap_get_module_config(r->per_dir_config, &okta_devserver_module));
}

static void register_hooks(apr_pool_t *p)
{
    (void)p;
    ap_hook_pre_config(pre_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(post_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_child_init(child_init, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_handler(handler, NULL, NULL, APR_HOOK_MIDDLE);
}

/* the build hides every other symbol */
__attribute__((visibility("default"))) module AP_MODULE_DECLARE_DATA okta_devserver_module = {
    STANDARD20_MODULE_STUFF,
    okta_dev_config_create,
    okta_dev_config_merge,
    NULL,
    NULL,
    okta_dev_directives,
    register_hooks,
    0,
};
