# SPDX-License-Identifier: Apache-2.0
# okta-token: the module's verdict on the command line. No httpd.
bin_PROGRAMS += src/cli/okta-token
dist_man_MANS += src/cli/okta-token.1
src_cli_okta_token_SOURCES = \
	src/cli/answer.c src/cli/answer.h \
	src/cli/call.c \
	src/cli/call_answer.c src/cli/call_answer.h \
	src/cli/certificate_file.c src/cli/certificate_file.h \
	src/cli/certificate.c src/cli/certificate.h \
	src/cli/check.c \
	src/cli/check_cors.c src/cli/check_cors.h \
	src/cli/check_decryption.c src/cli/check_decryption.h \
	src/cli/check_issuer.c src/cli/check_issuer.h \
	src/cli/check_introspection.c src/cli/check_introspection.h \
	src/cli/check_keys.c src/cli/check_keys.h \
	src/cli/check_metadata.c src/cli/check_metadata.h \
	src/cli/check_options.c src/cli/check_options.h \
	src/cli/check_reach.c src/cli/check_reach.h \
	src/cli/check_require.c src/cli/check_require.h \
	src/cli/check_resource.c src/cli/check_resource.h \
	src/cli/check_revocations.c src/cli/check_revocations.h \
	src/cli/check_state.c src/cli/check_state.h \
	src/cli/check_token.c src/cli/check_token.h \
	src/cli/check_url.c src/cli/check_url.h \
	src/cli/clock.c src/cli/clock.h \
	src/cli/commands.h \
	src/cli/dpop_answer.c src/cli/dpop_answer.h \
	src/cli/dpop_binding.c src/cli/dpop_binding.h \
	src/cli/dpop_file.c src/cli/dpop_file.h \
	src/cli/dpop_key.c src/cli/dpop_key.h \
	src/cli/dpop_proof.c src/cli/dpop_proof.h \
	src/cli/expectation.c src/cli/expectation.h \
	src/cli/findings.c src/cli/findings.h \
	src/cli/get.c \
	src/cli/grant.c src/cli/grant.h \
	src/cli/grant_refusal.c src/cli/grant_refusal.h \
	src/cli/httpd_dump.c src/cli/httpd_dump.h \
	src/cli/httpd_run.c src/cli/httpd_run.h \
	src/cli/input.c src/cli/input.h \
	src/cli/inspect.c \
	src/cli/inspect_encrypted.c src/cli/inspect_encrypted.h \
	src/cli/keys.c src/cli/keys.h \
	src/cli/main.c \
	src/cli/message.c src/cli/message.h \
	src/cli/network.c src/cli/network.h \
	src/cli/notes.c src/cli/notes.h \
	src/cli/options.c src/cli/options.h \
	src/cli/output.c src/cli/output.h \
	src/cli/prompt.c src/cli/prompt.h \
	src/cli/private_keys.c src/cli/private_keys.h \
	src/cli/proof.c \
	src/cli/proof_case.c src/cli/proof_case.h \
	src/cli/remedy.c src/cli/remedy.h \
	src/cli/report.c src/cli/report.h \
	src/cli/revocation_list.c src/cli/revocation_list.h \
	src/cli/revoke.c \
	src/cli/secret.c src/cli/secret.h \
	src/cli/setup.c src/cli/setup.h \
	src/cli/url_case.h \
	src/cli/verify.c \
	src/cli/wrapping.c src/cli/wrapping.h
src_cli_okta_token_CFLAGS = $(PROJECT_CFLAGS) $(PIE_CFLAGS) $(OPENSSL_CFLAGS) $(JANSSON_CFLAGS) $(CURL_CFLAGS)
src_cli_okta_token_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
src_cli_okta_token_LDADD = src/fetch/libokta_fetch.la src/core/libokta_core.la \
	$(CURL_LIBS) $(JANSSON_LIBS) $(OPENSSL_LIBS) -lm
