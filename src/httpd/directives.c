#include "httpd/directives.h"

#define SECTION (RSRC_CONF | ACCESS_CONF)
#define LIST_OF(field) ((void *)APR_OFFSETOF(okta_dir_config, field))
#define TIME_OF(field) ((void *)APR_OFFSETOF(okta_global_config, field))

const command_rec okta_directives[] = {
    AP_INIT_TAKE1("OktaDomain", okta_set_domain, NULL, SECTION,
                  "the Okta domain, as in integrator-123456.okta.com"),
    AP_INIT_TAKE1("OktaAuthorizationServer", okta_set_server_id, NULL, SECTION,
                  "id of the custom authorization server in OktaDomain (default: default)"),
    AP_INIT_ITERATE("OktaIssuer", okta_add_issuer, NULL, SECTION,
                    "one or more issuer URLs, instead of OktaDomain"),
    AP_INIT_ITERATE("OktaAudience", okta_add_to_list, LIST_OF(audiences), SECTION,
                    "accepted audiences, as in api://default"),
    AP_INIT_ITERATE("OktaClientId", okta_add_to_list, LIST_OF(clients), SECTION,
                    "accepted client ids (default: any)"),
    AP_INIT_ITERATE(
        "OktaAlgorithms", okta_add_algorithm, NULL, SECTION,
        "accepted algorithms: of RS, PS, ES with 256, 384, 512, and EdDSA (default: RS256)"),
    AP_INIT_TAKE1("OktaTokenType", okta_set_token_type, NULL, SECTION,
                  "any (default), or at+jwt to require the type of RFC 9068"),
    AP_INIT_TAKE1("OktaClockSkew", okta_set_clock_skew, NULL, SECTION,
                  "seconds that clocks may differ, 0 to 600 (default: 60)"),
    AP_INIT_TAKE1(
        "OktaAnonymous", okta_set_anonymous, NULL, ACCESS_CONF,
        "beside Require all granted: off (default), missing or missing-or-failed tokens pass "
        "without identity"),
    AP_INIT_ITERATE("OktaRemoteUser", okta_add_to_list, LIST_OF(user_claims), SECTION,
                    "claims of which the first present one becomes REMOTE_USER (default: sub cid "
                    "client_id)"),
    AP_INIT_ITERATE("OktaClaimEnv", okta_add_claim_env, NULL, SECTION,
                    "On (default), Off, or the claims to export as OKTA_CLAIM_<name>"),
    AP_INIT_RAW_ARGS("<OktaIssuer", okta_open_issuer_section, NULL, RSRC_CONF,
                     "container for the settings of one issuer"),
    AP_INIT_TAKE1("OktaMaxTokenBytes", okta_set_max_token_bytes, NULL, RSRC_CONF,
                  "larger tokens are refused unparsed (default: 16384)"),
    AP_INIT_TAKE1("OktaJwksUri", okta_set_jwks_uri, NULL, RSRC_CONF,
                  "URL of the key set, instead of discovery"),
    AP_INIT_TAKE1("OktaJwksFile", okta_set_jwks_file, NULL, RSRC_CONF,
                  "file with the key set, instead of discovery"),
    AP_INIT_TAKE1("OktaFetchTimeout", okta_set_fetch_timeout, NULL, RSRC_CONF,
                  "longest time for one fetch (default: 10s)"),
    AP_INIT_TAKE1("OktaHttpProxy", okta_set_http_proxy, NULL, RSRC_CONF,
                  "URL of the proxy for fetches (default: none)"),
    AP_INIT_TAKE1("OktaCAFile", okta_set_ca_file, NULL, RSRC_CONF,
                  "PEM file with the certificate authorities to trust (default: the system's)"),
    AP_INIT_FLAG("OktaInsecureHttp", okta_set_insecure_http, NULL, RSRC_CONF,
                 "On permits http: issuers on loopback hosts (default: Off)"),
    AP_INIT_TAKE1("OktaKeyWait", okta_set_global_time, TIME_OF(key_wait), RSRC_CONF,
                  "longest time that a request waits for keys it needs (default: 2s)"),
    AP_INIT_TAKE1("OktaKeyCooldown", okta_set_global_time, TIME_OF(key_cooldown), RSRC_CONF,
                  "least time between fetches that unknown kids cause (default: 5s)"),
    AP_INIT_TAKE1("OktaKeyMaxStale", okta_set_global_time, TIME_OF(key_max_stale), RSRC_CONF,
                  "how long the last good keys serve while refresh fails (default: 24h)"),
    AP_INIT_TAKE2("OktaKeyRefresh", okta_set_key_refresh, NULL, RSRC_CONF,
                  "least and longest refresh interval of key sets (default: 5m 24h)"),
    AP_INIT_TAKE1("OktaStateDir", okta_set_state_dir, NULL, RSRC_CONF,
                  "directory for the last good key sets (default: okta in the runtime directory)"),
    AP_INIT_TAKE1("OktaKeySetMaxBytes", okta_set_key_set_max_bytes, NULL, RSRC_CONF,
                  "largest key set that is accepted (default: 65536)"),
    {NULL, {NULL}, NULL, 0, RAW_ARGS, NULL},
};
