/* SPDX-License-Identifier: Apache-2.0 */
/* The functions behind the command table; each returns NULL or a message from the command's pool.
 */
#ifndef OKTA_HTTPD_DIRECTIVES_H
#define OKTA_HTTPD_DIRECTIVES_H

#include "httpd/config.h"

/* `Name "value": what is wrong and what to write`. */
const char *okta_directive_error(const cmd_parms *cmd, const char *value, const char *fault);

/* Such a message where the same section or server says something else already: what that is, or
 * NULL for another value. */
const char *okta_said_before(const cmd_parms *cmd, const char *value, const char *other);

/* Set what may be said once, or say the same again: a text that is NULL, a number that is negative
 * while nothing is said. value: as written. */
const char *okta_set_text(const cmd_parms *cmd, const char **field, const char *value);
const char *okta_set_number(const cmd_parms *cmd, apr_int64_t *field, apr_int64_t number,
                            const char *value);

/* The same for a whole number from min to max, of what unit says. */
const char *okta_set_count(const cmd_parms *cmd, apr_int64_t *field, const char *value,
                           apr_int64_t min, apr_int64_t max, const char *unit);

/* The settings that a directive of one issuer writes to: of the <OktaIssuer> that is open, or of
 * the server. */
okta_issuer_settings *okta_settings_for(const cmd_parms *cmd);

/* Add a value that is good to a list of okta_dir_config, whose offset is cmd->info. */
void okta_add_value(const cmd_parms *cmd, okta_dir_config *config, const char *value);

/* For section-level lists: cmd->info is the offset of an apr_array_header_t * in okta_dir_config.
 */
const char *okta_add_issuer(cmd_parms *cmd, void *config, const char *value);
const char *okta_add_to_list(cmd_parms *cmd, void *config, const char *value);
const char *okta_add_user_claim(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_domain(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_server_id(cmd_parms *cmd, void *config, const char *value);
/* cmd->info is the offset of the okta_algorithm_set. */
const char *okta_add_algorithm(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_token_type(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_clock_skew(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_max_token_age(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_anonymous(cmd_parms *cmd, void *config, const char *value);
const char *okta_add_claim_env(cmd_parms *cmd, void *config, const char *value);

const char *okta_add_token_way(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_groups_claim(cmd_parms *cmd, void *config, const char *value);
const char *okta_add_claim_header(cmd_parms *cmd, void *config, const char *claim,
                                  const char *header);
const char *okta_add_cors_origin(cmd_parms *cmd, void *config, const char *value);
const char *okta_add_token(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_cors_max_age(cmd_parms *cmd, void *config, const char *value);
const char *okta_add_step_up(cmd_parms *cmd, void *config, const char *value);

const char *okta_set_dpop(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_dpop_window(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_enforce(cmd_parms *cmd, void *config, int flag);
const char *okta_set_public_url(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_resource(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_resource_name(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_resource_documentation(cmd_parms *cmd, void *config, const char *value);
const char *okta_add_scope_supported(cmd_parms *cmd, void *config, const char *value);

/* `method[:name] scope …`: the words of one line. */
const char *okta_add_mcp_rule(cmd_parms *cmd, void *config, int count, char *const words[]);
const char *okta_set_mcp_max_bytes(cmd_parms *cmd, void *config, const char *value);

/* A flag in okta_dir_config: cmd->info is its offset. */
const char *okta_set_flag(cmd_parms *cmd, void *config, int flag);

/* Server-level; those that may stand in <OktaIssuer> too write there while one is open. */
const char *okta_open_issuer_section(cmd_parms *cmd, void *config, const char *arguments);
const char *okta_set_jwks_uri(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_jwks_file(cmd_parms *cmd, void *config, const char *value);
const char *okta_add_decryption_key(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_http_proxy(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_ca_file(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_fetch_timeout(cmd_parms *cmd, void *config, const char *value);
/* cmd->info is the offset of the flag in okta_issuer_settings. */
const char *okta_set_issuer_flag(cmd_parms *cmd, void *config, int flag);
const char *okta_set_introspection(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_introspection_client(cmd_parms *cmd, void *config, const char *id,
                                          const char *method);
const char *okta_set_introspection_secret(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_introspection_key(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_introspection_uri(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_introspection_cache(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_max_token_bytes(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_log_format(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_revocations(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_status(cmd_parms *cmd, void *config, int flag);

const char *okta_set_client_cert_header(cmd_parms *cmd, void *config, const char *value);
const char *okta_add_trusted_proxy(cmd_parms *cmd, void *config, const char *value);

/* For the whole httpd, whose key store is one: a fault in <VirtualHost>, else NULL. */
const char *okta_main_server_only(const cmd_parms *cmd, const char *value);
const char *okta_set_shared_cache(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_shared_cache_key(cmd_parms *cmd, void *config, const char *value);

/* For the whole httpd: cmd->info is the offset of an apr_interval_time_t in okta_global_config. */
const char *okta_set_global_time(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_key_refresh(cmd_parms *cmd, void *config, const char *min, const char *max);
const char *okta_set_state_dir(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_token_cache(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_replay_entries(cmd_parms *cmd, void *config, const char *value);
const char *okta_set_key_set_max_bytes(cmd_parms *cmd, void *config, const char *value);

/* A number with ms, s, m (or min), h or d behind it, seconds without. */
bool okta_parse_duration(const char *text, apr_interval_time_t *duration);

#endif
