# SPDX-License-Identifier: Apache-2.0
# The httpd module.
# noinst: Makefile.am installs it
noinst_LTLIBRARIES += src/httpd/mod_auth_okta.la
src_httpd_mod_auth_okta_la_SOURCES = \
	src/httpd/admission.c src/httpd/admission.h \
	src/httpd/authn.c src/httpd/authn.h \
	src/httpd/authz.c src/httpd/authz.h \
	src/httpd/backend.c src/httpd/backend.h \
	src/httpd/caller_only.c src/httpd/caller_only.h \
	src/httpd/check_access.c src/httpd/check_access.h \
	src/httpd/check_config.c src/httpd/check_config.h \
	src/httpd/chroot.c src/httpd/chroot.h \
	src/httpd/check_mcp.c src/httpd/check_mcp.h \
	src/httpd/check_sections.c src/httpd/check_sections.h \
	src/httpd/check_headers.c src/httpd/check_headers.h \
	src/httpd/check_introspection.c src/httpd/check_introspection.h \
	src/httpd/check_require.c src/httpd/check_require.h \
	src/httpd/check_resources.c src/httpd/check_resources.h \
	src/httpd/claim_text.c src/httpd/claim_text.h \
	src/httpd/client_certificate.c src/httpd/client_certificate.h \
	src/httpd/closed.c src/httpd/closed.h \
	src/httpd/config.c src/httpd/config.h \
	src/httpd/connection_field.c src/httpd/connection_field.h \
	src/httpd/cors.c src/httpd/cors.h \
	src/httpd/counters.c src/httpd/counters.h \
	src/httpd/credentials.c src/httpd/credentials.h \
	src/httpd/decryption.c src/httpd/decryption.h \
	src/httpd/decryption_keys.c src/httpd/decryption_keys.h \
	src/httpd/dpop.c src/httpd/dpop.h \
	src/httpd/dpop_memory.c src/httpd/dpop_memory.h \
	src/httpd/dump.c src/httpd/dump.h \
	src/httpd/dump_require.c src/httpd/dump_require.h \
	src/httpd/effective.c src/httpd/effective.h \
	src/httpd/encryption_keys.c src/httpd/encryption_keys.h \
	src/httpd/event.c src/httpd/event.h \
	src/httpd/explain.c src/httpd/explain.h \
	src/httpd/expressions.c src/httpd/expressions.h \
	src/httpd/filewrite.c src/httpd/filewrite.h \
	src/httpd/flood.c src/httpd/flood.h \
	src/httpd/handlers.c src/httpd/handlers.h \
	src/httpd/header_name.c src/httpd/header_name.h \
	src/httpd/health.c src/httpd/health.h \
	src/httpd/identity.c src/httpd/identity.h \
	src/httpd/inherit.c src/httpd/inherit.h \
	src/httpd/initial_keys.c src/httpd/initial_keys.h \
	src/httpd/introspection.c src/httpd/introspection.h \
	src/httpd/introspection_call.c src/httpd/introspection_call.h \
	src/httpd/introspection_client.c src/httpd/introspection_client.h \
	src/httpd/introspection_memory.c src/httpd/introspection_memory.h \
	src/httpd/introspection_results.c src/httpd/introspection_results.h \
	src/httpd/introspection_share.c src/httpd/introspection_share.h \
	src/httpd/issuer_counters.c src/httpd/issuer_counters.h \
	src/httpd/jwks_file.c src/httpd/jwks_file.h \
	src/httpd/judge.c src/httpd/judge.h \
	src/httpd/kept_memory.c src/httpd/kept_memory.h \
	src/httpd/keystore.c src/httpd/keystore.h \
	src/httpd/keywait.c src/httpd/keywait.h \
	src/httpd/directives_mcp.c \
	src/httpd/mcp.c src/httpd/mcp.h \
	src/httpd/mcp_answer.c src/httpd/mcp_answer.h \
	src/httpd/mcp_body.c src/httpd/mcp_body.h \
	src/httpd/mcp_header.c src/httpd/mcp_header.h \
	src/httpd/mcp_needs.c src/httpd/mcp_needs.h \
	src/httpd/members.h \
	src/httpd/patient_lock.c src/httpd/patient_lock.h \
	src/httpd/places.c src/httpd/places.h \
	src/httpd/private_file.c src/httpd/private_file.h \
	src/httpd/public_url.c src/httpd/public_url.h \
	src/httpd/negation.c src/httpd/negation.h \
	src/httpd/refresher.c src/httpd/refresher.h \
	src/httpd/registry.c src/httpd/registry.h \
	src/httpd/reply.c src/httpd/reply.h \
	src/httpd/request_log.c src/httpd/request_log.h \
	src/httpd/request.c src/httpd/request.h \
	src/httpd/require_others.c src/httpd/require_others.h \
	src/httpd/requirements.c src/httpd/requirements.h \
	src/httpd/revocation_lists.c src/httpd/revocation_lists.h \
	src/httpd/revocation_watch.c src/httpd/revocation_watch.h \
	src/httpd/scopes.c src/httpd/scopes.h \
	src/httpd/resource.c src/httpd/resource.h \
	src/httpd/resource_document.c src/httpd/resource_document.h \
	src/httpd/respond.c src/httpd/respond.h \
	src/httpd/restart.c src/httpd/restart.h \
	src/httpd/shared.c src/httpd/shared.h \
	src/httpd/secret_file.c src/httpd/secret_file.h \
	src/httpd/shared_answers.c src/httpd/shared_answers.h \
	src/httpd/shared_cache.c src/httpd/shared_cache.h \
	src/httpd/shared_calls.c src/httpd/shared_calls.h \
	src/httpd/shared_key.c src/httpd/shared_key.h \
	src/httpd/shared_proofs.c src/httpd/shared_proofs.h \
	src/httpd/source.c src/httpd/source.h \
	src/httpd/stand_in.c src/httpd/stand_in.h \
	src/httpd/statedir.c src/httpd/statedir.h \
	src/httpd/statefile.c src/httpd/statefile.h \
	src/httpd/status.c src/httpd/status.h src/httpd/status_handler.c src/httpd/status_json.c \
	src/httpd/status_metrics.c src/httpd/status_page.c src/httpd/status_section.c \
	src/httpd/status_style.c src/httpd/status_words.c src/httpd/status_words.h \
	src/httpd/subprotocol.c src/httpd/subprotocol.h \
	src/httpd/table.c src/httpd/table.h \
	src/httpd/token_reading.c src/httpd/token_reading.h \
	src/httpd/threads.c src/httpd/threads.h \
	src/httpd/told_once.c src/httpd/told_once.h \
	src/httpd/tokens.c src/httpd/tokens.h \
	src/httpd/trailers.c src/httpd/trailers.h \
	src/httpd/trusted_proxy.c src/httpd/trusted_proxy.h \
	src/httpd/trust.c src/httpd/trust.h \
	src/httpd/variables.c src/httpd/variables.h \
	src/httpd/verdict_memory.c src/httpd/verdict_memory.h \
	src/httpd/withhold.c src/httpd/withhold.h \
	src/httpd/unasked.c src/httpd/unasked.h \
	src/httpd/commands.c \
	src/httpd/directives_introspection.c src/httpd/directives_proxy.c src/httpd/directives_resource.c src/httpd/directives_route.c src/httpd/directives_section.c \
	src/httpd/directives_shared.c \
	src/httpd/directives_server.c src/httpd/directives_token.c src/httpd/directives_values.c \
	src/httpd/directives.h \
	src/httpd/log.h \
	src/httpd/url_map.c src/httpd/url_map.h \
	src/httpd/whole_file.c src/httpd/whole_file.h \
	src/httpd/words.c src/httpd/words.h \
	src/httpd/mod_auth_okta.c
src_httpd_mod_auth_okta_la_CFLAGS = $(PROJECT_CFLAGS) $(APXS_CFLAGS) $(APR_CFLAGS) $(APU_CFLAGS) \
	$(OPENSSL_CFLAGS) $(JANSSON_CFLAGS) $(CURL_CFLAGS)
# httpd provides APR and itself, so their symbols stay open
# libtool makes a shared object of a library that is not installed only where it has an rpath
src_httpd_mod_auth_okta_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared -rpath /nonexistent \
	-export-symbols-regex '^auth_okta_module$$'
src_httpd_mod_auth_okta_la_LIBADD = src/fetch/libokta_fetch.la src/core/libokta_core.la
