/* SPDX-License-Identifier: Apache-2.0 */
/* Every member of the configuration, once. config.h makes the structures of these lists, config.c
 * creation, merge and defaults, and commands.c the directives of the flags.
 *
 * A member is given as: its type, its name, its value while nothing is said, and its default, which
 * holds then. ONE is taken from the innermost place that says it, PART together with others, by
 * hand in config.c. FLAG is On or Off, -1 while nothing is said: its name and default come first.
 */
#ifndef OKTA_HTTPD_MEMBERS_H
#define OKTA_HTTPD_MEMBERS_H

#define OKTA_SECTION (RSRC_CONF | ACCESS_CONF)

/* Of a <Location>, <Directory> or server; arrays of const char * where nothing else is said. The
 * last column says whether it asks who calls, so that configtest expects AuthType Okta there:
 * however it is SAID, where it is CHANGED from the default, or NEVER. */
#define OKTA_DIR_MEMBERS(ONE, PART, FLAG)                                                        \
    PART(apr_array_header_t *, issuers, NULL, NULL, SAID) /* OktaIssuer; excludes domain */      \
    PART(const char *, domain, NULL, NULL, SAID)                                                 \
    PART(const char *, server_id, NULL, NULL, SAID)                                              \
    /* the issuer of domain and server_id when one section says both */                          \
    PART(const char *, composed, NULL, NULL, NEVER)                                              \
    ONE(apr_array_header_t *, audiences, NULL, NULL, SAID)                                       \
    ONE(apr_array_header_t *, clients, NULL, NULL, SAID)                                         \
    ONE(apr_array_header_t *, user_claims, NULL, &okta_default_user_claims, SAID) /* by path */  \
    ONE(okta_algorithm_set, algorithms, 0, OKTA_ALGORITHMS_DEFAULT, SAID)                        \
    ONE(apr_int64_t, at_jwt_only, -1, 0, SAID)                                                   \
    ONE(apr_int64_t, skew, -1, OKTA_SKEW_DEFAULT, SAID) /* seconds */                            \
    ONE(apr_int64_t, max_age, -1, 0, SAID)              /* seconds; 0: any */                    \
    ONE(apr_int64_t, dpop, -1, OKTA_DPOP_OPTIONAL, SAID)                                         \
    ONE(apr_int64_t, dpop_window, -1, OKTA_PROOF_WINDOW_DEFAULT, SAID) /* seconds */             \
    ONE(okta_algorithm_set, dpop_algorithms, 0, OKTA_PROOF_ALGORITHMS_DEFAULT, SAID)             \
    FLAG(dpop_nonce, 0, CHANGED, OKTA_SECTION, "OktaDPoPNonce",                                  \
         "On asks for a nonce of this server in each DPoP proof (default: Off)")                 \
    ONE(const char *, public_url, NULL, NULL, NEVER)                                             \
    ONE(apr_int64_t, anonymous, -1, OKTA_ANONYMOUS_OFF, CHANGED)                                 \
    ONE(apr_int64_t, claim_env, -1, OKTA_CLAIM_ENV_ON, NEVER)                                    \
    PART(apr_array_header_t *, env_claims, NULL, NULL, NEVER) /* okta_env_claim, of claim_env */ \
    ONE(const char *, groups_claim, NULL, "groups", SAID)                                        \
    ONE(apr_array_header_t *, claim_headers, NULL, NULL, SAID) /* okta_claim_header */           \
    /* okta_token_way */                                                                         \
    ONE(apr_array_header_t *, token_ways, NULL, &okta_default_token_ways, SAID)                  \
    FLAG(forward_token, 1, CHANGED, OKTA_SECTION, "OktaForwardToken",                            \
         "Off removes the token before the handler or back end sees it (default: On)")           \
    ONE(apr_array_header_t *, cors_origins, NULL, NULL, NEVER) /* none: no CORS */               \
    ONE(apr_array_header_t *, cors_methods, NULL, NULL, NEVER)                                   \
    ONE(apr_array_header_t *, cors_headers, NULL, NULL, NEVER)                                   \
    ONE(apr_array_header_t *, cors_expose, NULL, NULL, NEVER)                                    \
    ONE(apr_int64_t, cors_max_age, -1, -1, NEVER) /* seconds; negative: left to browsers */      \
    FLAG(cors_credentials, 0, NEVER, OKTA_SECTION, "OktaCorsCredentials",                        \
         "On lets other origins send cookies (default: Off)")                                    \
    /* Off: decide, say what would be refused, and refuse nothing */                             \
    ONE(apr_int64_t, enforce, -1, 1, CHANGED)                                                    \
    FLAG(log_success, 0, CHANGED, OKTA_SECTION, "OktaLogSuccess",                                \
         "On writes a line for each request that is let in by a token (default: Off)")           \
    FLAG(resource_metadata, 0, CHANGED, OKTA_SECTION, "OktaResourceMetadata",                    \
         "On serves the protected resource metadata of RFC 9728 (default: Off)")                 \
    ONE(const char *, resource, NULL, NULL, CHANGED) /* identifier, word for word */             \
    ONE(const char *, resource_name, NULL, NULL, NEVER)                                          \
    ONE(const char *, resource_documentation, NULL, NULL, NEVER)                                 \
    ONE(apr_array_header_t *, scopes_supported, NULL, NULL, NEVER)                               \
    FLAG(mcp, 0, CHANGED, ACCESS_CONF, "OktaMcp",                                                \
         "On reads the messages to a Model Context Protocol server (default: Off)")              \
    ONE(apr_array_header_t *, mcp_rules, NULL, NULL, SAID) /* const okta_mcp_rule * */           \
    ONE(apr_int64_t, mcp_max_bytes, -1, 1048576, NEVER)                                          \
    PART(apr_array_header_t *, step_up_acrs, NULL, NULL, SAID)                                   \
    PART(apr_int64_t, step_up_max_age, -1, -1, SAID) /* seconds; negative: any */                \
    ONE(const char *, fault, NULL, NULL, NEVER)      /* why it is closed: closed.h */            \
    /* the section whose AuthType Okta holds; NULL: not marked */                                \
    ONE(const okta_gate *, gate, NULL, NULL, NEVER)                                              \
    /* the methods for which that section or one within has a Require */                         \
    PART(apr_int64_t, required, 0, 0, NEVER)

/* How the keys of an issuer are come by, and how it is asked about tokens. The last column is the
 * directive, which may stand in <OktaIssuer>. */
#define OKTA_ISSUER_MEMBERS(ONE, PART, FLAG)                                                   \
    PART(const char *, jwks_uri, NULL, NULL, "OktaJwksUri")                                    \
    PART(const char *, jwks_file, NULL, NULL, "OktaJwksFile")                                  \
    ONE(apr_array_header_t *, decryption_keys, NULL, NULL,                                     \
        "OktaDecryptionKey") /* const char *: paths */                                         \
    ONE(const char *, proxy, NULL, "", "OktaHttpProxy")                                        \
    ONE(const char *, ca_file, NULL, NULL, "OktaCAFile")                                       \
    ONE(apr_int64_t, fetch_timeout, -1, apr_time_from_sec(10), "OktaFetchTimeout")             \
    ONE(apr_int64_t, introspection, -1, OKTA_INTROSPECTION_OFF, "OktaIntrospection")           \
    /* client and method are said together; "": no client id */                                \
    ONE(const char *, introspection_client, NULL, NULL, "OktaIntrospectionClient")             \
    ONE(apr_int64_t, introspection_method, -1, OKTA_CLIENT_BASIC, "OktaIntrospectionClient")   \
    ONE(const char *, introspection_secret, NULL, NULL, "OktaIntrospectionSecret")             \
    ONE(const char *, introspection_key, NULL, NULL, "OktaIntrospectionKey")                   \
    ONE(const char *, introspection_uri, NULL, NULL, "OktaIntrospectionUri")                   \
    ONE(apr_int64_t, introspection_cache, -1, apr_time_from_sec(30), "OktaIntrospectionCache") \
    FLAG(insecure_http, 0, "OktaInsecureHttp",                                                 \
         "On permits http: issuers on loopback hosts (default: Off)")

/* Of a server or virtual host. */
#define OKTA_SERVER_MEMBERS(ONE)                                    \
    ONE(apr_int64_t, max_token_bytes, -1, OKTA_TOKEN_BYTES_DEFAULT) \
    ONE(apr_int64_t, log_json, -1, 0)                               \
    ONE(apr_int64_t, status, -1, 1) /* a section in mod_status */   \
    ONE(okta_revocation_list *, revocations, NULL, NULL)            \
    ONE(const char *, client_cert_header, NULL, NULL)               \
    ONE(apr_array_header_t *, trusted_proxies, NULL, NULL) /* okta_subnet */

/* Of the whole httpd, because the key store is one. Times are apr_interval_time_t. */
#define OKTA_GLOBAL_MEMBERS(ONE)                                         \
    ONE(apr_int64_t, key_wait, -1, apr_time_from_sec(2))                 \
    ONE(apr_int64_t, key_cooldown, -1, apr_time_from_sec(5))             \
    ONE(apr_int64_t, key_max_stale, -1, apr_time_from_sec(24 * 3600))    \
    ONE(apr_int64_t, refresh_min, -1, apr_time_from_sec(5 * 60))         \
    ONE(apr_int64_t, refresh_max, -1, apr_time_from_sec(24 * 3600))      \
    ONE(apr_int64_t, key_set_max_bytes, -1, 65536)                       \
    ONE(apr_int64_t, token_cache, -1, 16384) /* entries; 0: off */       \
    ONE(apr_int64_t, replay_entries, -1, OKTA_REPLAY_ENTRIES_DEFAULT)    \
    ONE(const char *, state_dir, NULL, NULL) /* NULL: the default one */ \
    ONE(const okta_shared_cache *, shared_cache, NULL, NULL)             \
    ONE(const char *, shared_cache_key, NULL, NULL) /* path */

#endif
