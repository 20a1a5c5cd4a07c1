/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/directives.h"

#define LIST_OF(field) ((void *)APR_OFFSETOF(okta_dir_config, field))
#define SET_OF(field) ((void *)APR_OFFSETOF(okta_dir_config, field))
#define TIME_OF(field) ((void *)APR_OFFSETOF(okta_global_config, field))

#define OTHER(...)
#define DIR_FLAG(name, fallback, asks, where, directive, help)                                 \
    AP_INIT_FLAG(directive, okta_set_flag, (void *)APR_OFFSETOF(okta_dir_config, name), where, \
                 help),
#define ISSUER_FLAG(name, fallback, directive, help) \
    AP_INIT_FLAG(directive, okta_set_issuer_flag,    \
                 (void *)APR_OFFSETOF(okta_issuer_settings, name), RSRC_CONF, help),

const command_rec okta_directives[] = {
    /* clang-format off */
    OKTA_DIR_MEMBERS(OTHER, OTHER, DIR_FLAG)
    OKTA_ISSUER_MEMBERS(OTHER, OTHER, ISSUER_FLAG)
    /* clang-format on */
    AP_INIT_TAKE1("OktaDomain", okta_set_domain, NULL, OKTA_SECTION,
                  "the Okta domain, as in integrator-123456.okta.com"),
    AP_INIT_TAKE1("OktaAuthorizationServer", okta_set_server_id, NULL, OKTA_SECTION,
                  "id of the custom authorization server in OktaDomain (default: default)"),
    AP_INIT_ITERATE("OktaIssuer", okta_add_issuer, NULL, OKTA_SECTION,
                    "one or more issuer URLs, instead of OktaDomain"),
    AP_INIT_ITERATE("OktaAudience", okta_add_to_list, LIST_OF(audiences), OKTA_SECTION,
                    "accepted audiences, as in api://default"),
    AP_INIT_ITERATE("OktaClientId", okta_add_to_list, LIST_OF(clients), OKTA_SECTION,
                    "accepted client ids (default: any)"),
    AP_INIT_ITERATE(
        "OktaAlgorithms", okta_add_algorithm, SET_OF(algorithms), OKTA_SECTION,
        "accepted algorithms: of RS, PS, ES with 256, 384, 512, and EdDSA (default: RS256)"),
    AP_INIT_TAKE1("OktaTokenType", okta_set_token_type, NULL, OKTA_SECTION,
                  "any (default), or at+jwt to require the type of RFC 9068"),
    AP_INIT_TAKE1("OktaDPoP", okta_set_dpop, NULL, OKTA_SECTION,
                  "tokens that are bound to a key: off, optional (default) or required"),
    AP_INIT_TAKE1("OktaDPoPWindow", okta_set_dpop_window, NULL, OKTA_SECTION,
                  "how old a DPoP proof may be, 1s to 10m (default: 60s)"),
    AP_INIT_ITERATE("OktaDPoPAlgorithms", okta_add_algorithm, SET_OF(dpop_algorithms), OKTA_SECTION,
                    "accepted algorithms of DPoP proofs (default: all that are known)"),
    AP_INIT_FLAG("OktaEnforce", okta_set_enforce, NULL, OKTA_SECTION,
                 "Off decides and logs, and lets in what would be refused (default: On)"),
    AP_INIT_TAKE1("OktaPublicUrl", okta_set_public_url, NULL, OKTA_SECTION,
                  "scheme, host and port (and a path in front) by which clients know this server"),
    AP_INIT_TAKE1("OktaClockSkew", okta_set_clock_skew, NULL, OKTA_SECTION,
                  "seconds that clocks may differ, 0 to 600 (default: 60)"),
    AP_INIT_TAKE1("OktaMaxTokenAge", okta_set_max_token_age, NULL, OKTA_SECTION,
                  "how long ago a token may have been issued, 1s to 30d, or off (default: off)"),
    AP_INIT_TAKE1(
        "OktaAnonymous", okta_set_anonymous, NULL, ACCESS_CONF,
        "beside Require all granted: off (default), missing or missing-or-failed tokens pass "
        "without identity"),
    AP_INIT_ITERATE("OktaRemoteUser", okta_add_user_claim, LIST_OF(user_claims), OKTA_SECTION,
                    "claims of which the first present one becomes REMOTE_USER (default: sub cid "
                    "client_id)"),
    AP_INIT_ITERATE("OktaClaimEnv", okta_add_claim_env, NULL, OKTA_SECTION,
                    "On (default), Off, or the claims to export as OKTA_CLAIM_<name>"),
    AP_INIT_TAKE1("OktaGroupsClaim", okta_set_groups_claim, NULL, OKTA_SECTION,
                  "claim that Require okta-group looks at (default: groups)"),
    AP_INIT_ITERATE("OktaTokenFrom", okta_add_token_way, NULL, OKTA_SECTION,
                    "by which ways tokens come: header (default), header:NAME, cookie:NAME, "
                    "websocket"),
    AP_INIT_TAKE2("OktaClaimHeader", okta_add_claim_header, NULL, OKTA_SECTION,
                  "a claim and the request header by which the back end gets it"),
    AP_INIT_ITERATE(
        "OktaCorsOrigin", okta_add_cors_origin, LIST_OF(cors_origins), OKTA_SECTION,
        "origins whose pages may call: https://app.example.com, https://*.example.com, *"),
    AP_INIT_ITERATE("OktaCorsMethods", okta_add_token, LIST_OF(cors_methods), OKTA_SECTION,
                    "methods beside GET, HEAD and POST that other origins may use"),
    AP_INIT_ITERATE("OktaCorsHeaders", okta_add_token, LIST_OF(cors_headers), OKTA_SECTION,
                    "headers beside Authorization and Content-Type that other origins may send"),
    AP_INIT_ITERATE("OktaCorsExpose", okta_add_token, LIST_OF(cors_expose), OKTA_SECTION,
                    "headers beside WWW-Authenticate that other origins may read"),
    AP_INIT_TAKE1("OktaCorsMaxAge", okta_set_cors_max_age, NULL, OKTA_SECTION,
                  "how long browsers may remember a preflight, in seconds"),
    AP_INIT_TAKE_ARGV("OktaMcpScope", okta_add_mcp_rule, NULL, ACCESS_CONF,
                      "method[:name] of MCP messages, with * for any run of characters, and the "
                      "scopes that they need"),
    AP_INIT_TAKE1("OktaMcpMaxBytes", okta_set_mcp_max_bytes, NULL, ACCESS_CONF,
                  "the longest message to an MCP server, in bytes (default: 1048576)"),
    AP_INIT_TAKE1("OktaResource", okta_set_resource, NULL, ACCESS_CONF,
                  "the resource's identifier in its metadata (default: its public URL)"),
    AP_INIT_TAKE1("OktaResourceName", okta_set_resource_name, NULL, ACCESS_CONF,
                  "the resource's name for people, in its metadata"),
    AP_INIT_TAKE1("OktaResourceDocumentation", okta_set_resource_documentation, NULL, OKTA_SECTION,
                  "URL of a page for developers, in the resource's metadata"),
    AP_INIT_ITERATE("OktaScopesSupported", okta_add_scope_supported, LIST_OF(scopes_supported),
                    OKTA_SECTION, "scopes in the resource's metadata, instead of those of Require"),
    AP_INIT_ITERATE("OktaStepUp", okta_add_step_up, NULL, ACCESS_CONF,
                    "acr=... and max-age=...: how and how recently users must have signed in"),
    AP_INIT_RAW_ARGS("<OktaIssuer", okta_open_issuer_section, NULL, RSRC_CONF,
                     "container for the settings of one issuer"),
    AP_INIT_TAKE1("OktaMaxTokenBytes", okta_set_max_token_bytes, NULL, RSRC_CONF,
                  "larger tokens are refused unparsed (default: 16384)"),
    AP_INIT_TAKE1("OktaLogFormat", okta_set_log_format, NULL, RSRC_CONF,
                  "how the error log says what happens to requests and keys: text (default) or "
                  "json"),
    AP_INIT_FLAG("OktaStatus", okta_set_status, NULL, RSRC_CONF,
                 "a section in the page of mod_status (default: On)"),
    AP_INIT_TAKE1("OktaClientCertHeader", okta_set_client_cert_header, NULL, RSRC_CONF,
                  "header by which a trusted proxy hands on the client's certificate"),
    AP_INIT_ITERATE("OktaTrustedProxy", okta_add_trusted_proxy, NULL, RSRC_CONF,
                    "addresses of the proxies whose OktaClientCertHeader is believed"),
    AP_INIT_TAKE1("OktaRevocations", okta_set_revocations, NULL, RSRC_CONF,
                  "file with the tokens that are refused from now on; changes count within 2s"),
    AP_INIT_TAKE1("OktaJwksUri", okta_set_jwks_uri, NULL, RSRC_CONF,
                  "URL of the key set, instead of discovery"),
    AP_INIT_TAKE1("OktaJwksFile", okta_set_jwks_file, NULL, RSRC_CONF,
                  "file with the key set, instead of discovery"),
    AP_INIT_ITERATE("OktaDecryptionKey", okta_add_decryption_key, NULL, RSRC_CONF,
                    "files with private RSA keys for encrypted tokens, PEM or JWK set"),
    AP_INIT_TAKE1("OktaFetchTimeout", okta_set_fetch_timeout, NULL, RSRC_CONF,
                  "longest time for one fetch (default: 10s)"),
    AP_INIT_TAKE1("OktaHttpProxy", okta_set_http_proxy, NULL, RSRC_CONF,
                  "URL of the proxy for fetches (default: none)"),
    AP_INIT_TAKE1("OktaCAFile", okta_set_ca_file, NULL, RSRC_CONF,
                  "PEM file with the certificate authorities to trust (default: the system's)"),
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
    AP_INIT_TAKE1("OktaTokenCache", okta_set_token_cache, NULL, RSRC_CONF,
                  "verified tokens that each process remembers, 0 for none (default: 4096)"),
    AP_INIT_TAKE1("OktaReplayEntries", okta_set_replay_entries, NULL, RSRC_CONF,
                  "DPoP proofs that are remembered, all processes together (default: 240000)"),
    AP_INIT_TAKE1("OktaKeySetMaxBytes", okta_set_key_set_max_bytes, NULL, RSRC_CONF,
                  "largest key set that is accepted (default: 65536)"),
    {NULL, {NULL}, NULL, 0, RAW_ARGS, NULL},
};
