/* SPDX-License-Identifier: Apache-2.0 */
/* The module: which function answers which call of httpd. */
#include "httpd/admission.h"
#include "httpd/authn.h"
#include "httpd/authz.h"
#include "httpd/backend.h"
#include "httpd/caller_only.h"
#include "httpd/check_config.h"
#include "httpd/chroot.h"
#include "httpd/client_certificate.h"
#include "httpd/closed.h"
#include "httpd/config.h"
#include "httpd/cors.h"
#include "httpd/counters.h"
#include "httpd/credentials.h"
#include "httpd/decryption.h"
#include "httpd/decryption_keys.h"
#include "httpd/dpop.h"
#include "httpd/dpop_memory.h"
#include "httpd/dump.h"
#include "httpd/encryption_keys.h"
#include "httpd/expressions.h"
#include "httpd/flood.h"
#include "httpd/handlers.h"
#include "httpd/identity.h"
#include "httpd/inherit.h"
#include "httpd/initial_keys.h"
#include "httpd/introspection.h"
#include "httpd/introspection_client.h"
#include "httpd/introspection_memory.h"
#include "httpd/issuer_counters.h"
#include "httpd/keystore.h"
#include "httpd/keywait.h"
#include "httpd/mcp.h"
#include "httpd/mcp_body.h"
#include "httpd/refresher.h"
#include "httpd/request.h"
#include "httpd/require_others.h"
#include "httpd/requirements.h"
#include "httpd/resource.h"
#include "httpd/respond.h"
#include "httpd/restart.h"
#include "httpd/revocation_lists.h"
#include "httpd/revocation_watch.h"
#include "httpd/shared_answers.h"
#include "httpd/shared_cache.h"
#include "httpd/shared_proofs.h"
#include "httpd/stand_in.h"
#include "httpd/statedir.h"
#include "httpd/status.h"
#include "httpd/subprotocol.h"
#include "httpd/told_once.h"
#include "httpd/trailers.h"
#include "httpd/trust.h"
#include "httpd/unasked.h"
#include "httpd/verdict_memory.h"
#include "httpd/withhold.h"

#include <apr_optional_hooks.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>
#include <mod_status.h>

static int pre_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp)
{
    (void)plog;
    (void)ptemp;
    okta_registry_create(pconf);
    okta_refresher_register_mutex(pconf);
    okta_shared_cache_register_mutex(pconf);
    okta_wrap_providers(pconf);
    return OK;
}

static int post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *server)
{
    int status;

    (void)plog;
    /* httpd reads its configuration twice at start; only the second one serves */
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG)
        return OK;
    okta_stand_in_find_cache();
    okta_client_certificate_find_ssl();
    okta_chroot_prepare();
    okta_trust_settle(pconf, ptemp);
    okta_told_once_share(pconf);
    okta_flood_prepare(pconf, server);
    okta_decryption_share(pconf);
    status = okta_counters_create(pconf, server);
    if (status == OK)
        status = okta_verdict_memory_create(pconf, server);
    if (status == OK)
        status = okta_shared_create(pconf, ptemp, server);
    if (status == OK)
        status = okta_introspection_settle(pconf, ptemp, server);
    if (status == OK)
        status = okta_introspection_memory_create(pconf, server);
    if (status == OK)
        status = okta_shared_cache_create(pconf, ptemp, server);
    if (status == OK)
        status = okta_shared_proofs_prepare(pconf, server);
    if (status == OK)
        status = okta_shared_answers_prepare(pconf, server);
    if (status == OK)
        status = okta_dpop_memory_create(pconf, server);
    if (status == OK)
        status = okta_revocation_lists_create(pconf, server);
    if (status == OK)
        status = okta_decryption_keys_settle(pconf, ptemp, server);
    if (status == OK)
        status = okta_statedir_prepare(pconf, server);
    if (status == OK)
        status = okta_initial_keys_publish(ptemp);
    if (status == OK)
        okta_issuer_counters_create(server);
    if (status == OK && okta_revocation_watch_register(pconf, server) != OK)
        status = okta_ends_a_start(server, "the lists of OktaRevocations stay as they are until "
                                           "that is mended and httpd restarted");
    if (status == OK && okta_refresher_register(pconf, server) != OK)
        status = okta_ends_a_start(server, "no key set is fetched until that is mended and httpd "
                                           "restarted; the keys that are there serve until they "
                                           "expire");
    return status;
}

static void child_init(apr_pool_t *pchild, server_rec *server)
{
    okta_keystore_child_init(pchild);
    okta_keywait_child_init();
    okta_decryption_child_init();
    okta_decryption_keys_child_init();
    okta_introspection_child_init(pchild);
    okta_dpop_child_init(pchild);
    okta_shared_cache_child_init(pchild, server);
    okta_shared_proofs_child_init(okta_dpop_memory_replay());
    okta_flood_child_init(pchild);
    okta_refresher_child_init(pchild);
    okta_revocation_watch_child_init(pchild);
}

/* Of functions with one place in the order httpd promises no sequence: where it matters the next
 * one has the next place. */
static void register_answers(void)
{
    /* which goes by the Authorization field when it looks for an answer */
    static const char *const behind_cache[] = {"mod_cache.c", NULL};

    ap_hook_handler(okta_inherit_verdict, behind_cache, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_handler(okta_mcp_guard, behind_cache, NULL, APR_HOOK_REALLY_FIRST + 1);
    ap_hook_handler(okta_withhold_begin, behind_cache, NULL, APR_HOOK_REALLY_FIRST + 1);
    ap_hook_handler(okta_cors_answer, behind_cache, NULL, APR_HOOK_REALLY_FIRST + 2);
    ap_hook_handler(okta_handle, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_handler(okta_handle_encryption_keys, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_handler(okta_handle_status, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_insert_error_filter(okta_cors_insert_filter, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_insert_error_filter(okta_caller_only_insert_filter, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_insert_error_filter(okta_insert_error_filter, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_insert_filter(okta_cors_insert_filter, NULL, NULL, APR_HOOK_LAST);
    ap_hook_insert_filter(okta_caller_only_insert_filter, NULL, NULL, APR_HOOK_LAST);
    ap_hook_insert_filter(okta_subprotocol_insert_filter, NULL, NULL, APR_HOOK_LAST);
    ap_hook_insert_filter(okta_body_insert_filter, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_insert_filter(okta_guard_trailers, NULL, NULL, APR_HOOK_LAST);
    ap_hook_log_transaction(okta_inherit_reason, NULL, NULL, APR_HOOK_REALLY_FIRST);
    APR_OPTIONAL_HOOK(ap, status_hook, okta_send_status_section, NULL, NULL, APR_HOOK_MIDDLE);
    okta_register_error_filter();
    okta_cors_register_filter();
    okta_caller_only_register_filter();
    okta_subprotocol_register_filter();
    okta_register_trailer_filter();
    okta_body_register_filter();
    okta_stand_in_register_filter();
}

static void register_hooks(apr_pool_t *pool)
{
    /* which writes down every field */
    static const char *const before_forensic[] = {"mod_log_forensic.c", NULL};
    /* its own child_init starts the watchdog's threads, which use what ours prepares */
    static const char *const before_watchdog[] = {"mod_watchdog.c", NULL};

    ap_hook_pre_config(pre_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_check_config(okta_check_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_test_config(okta_dump, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(post_config, NULL, before_watchdog, APR_HOOK_MIDDLE);
    ap_hook_child_init(child_init, NULL, before_watchdog, APR_HOOK_MIDDLE);
    ap_hook_post_read_request(okta_scrub_headers, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_post_read_request(okta_scrub_certificate, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_post_read_request(okta_scrub_token_spellings, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_post_read_request(okta_subprotocol_take, NULL, before_forensic, APR_HOOK_REALLY_FIRST);
    ap_hook_quick_handler(okta_withhold_end_quickly, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_quick_handler(okta_resource_answer, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_translate_name(okta_withhold_end, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_header_parser(okta_cors_prepare, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_check_access_ex(okta_refuse_closed, NULL, NULL, APR_HOOK_REALLY_FIRST - 1,
                            AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_check_access_ex(okta_cors_check_access, NULL, NULL, APR_HOOK_REALLY_FIRST,
                            AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_check_access_ex(okta_weigh_access, NULL, NULL, APR_HOOK_REALLY_FIRST,
                            AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_check_authn(okta_check_authn, NULL, NULL, APR_HOOK_MIDDLE, AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_force_authn(okta_force_authn, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_check_authz(okta_check_authz, NULL, NULL, APR_HOOK_REALLY_FIRST,
                        AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_note_auth_failure(okta_note_auth_failure, NULL, NULL, APR_HOOK_MIDDLE);
    /* before mod_rewrite, whose conditions in sections ask for OKTA_CLAIM_* */
    ap_hook_fixups(okta_inherit_no_variables, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_fixups(okta_export_claims, NULL, NULL, APR_HOOK_REALLY_FIRST + 1);
    ap_hook_fixups(okta_set_claim_headers, NULL, NULL, APR_HOOK_REALLY_FIRST + 1);
    ap_hook_fixups(okta_mcp_export, NULL, NULL, APR_HOOK_REALLY_FIRST + 2);
    ap_hook_fixups(okta_request_lend_verdict, NULL, NULL, APR_HOOK_REALLY_FIRST + 1);
    ap_hook_fixups(okta_withhold_note_unasked, NULL, NULL, APR_HOOK_REALLY_FIRST + 1);
    ap_hook_fixups(okta_warn_unasked, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_expr_lookup(okta_lookup_expression, NULL, NULL, APR_HOOK_MIDDLE);
    register_answers();
    for (const okta_requirement *one = okta_requirements; one->name; one++)
        ap_register_auth_provider(pool, AUTHZ_PROVIDER_GROUP, one->name, AUTHZ_PROVIDER_VERSION,
                                  one->provider, AP_AUTH_INTERNAL_PER_CONF);
}

AP_DECLARE_MODULE(auth_okta) = {
    STANDARD20_MODULE_STUFF,  okta_dir_config_create,
    okta_dir_config_merge,    okta_server_config_create,
    okta_server_config_merge, okta_directives,
    register_hooks,           AP_MODULE_FLAG_NONE,
};
