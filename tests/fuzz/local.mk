# SPDX-License-Identifier: Apache-2.0
# The fuzz targets, linked with a main that replays their corpora. scripts/fuzz links them with
# libFuzzer.
AM_CPPFLAGS += $(OPENSSL_CFLAGS) $(JANSSON_CFLAGS)
fuzz_ldadd = src/core/libokta_core.la $(OPENSSL_LIBS) $(JANSSON_LIBS) -lm
fuzz_replay = tests/fuzz/fuzz.h tests/fuzz/replay.c
fuzz_tests = \
	tests/fuzz/replay_base64url \
	tests/fuzz/replay_bearer \
	tests/fuzz/replay_certificate \
	tests/fuzz/replay_claims \
	tests/fuzz/replay_cookie \
	tests/fuzz/replay_introspection \
	tests/fuzz/replay_json \
	tests/fuzz/replay_jwe \
	tests/fuzz/replay_jwks \
	tests/fuzz/replay_jws \
	tests/fuzz/replay_message \
	tests/fuzz/replay_metadata \
	tests/fuzz/replay_proof \
	tests/fuzz/replay_revocation \
	tests/fuzz/replay_shared_answer \
	tests/fuzz/replay_snapshot \
	tests/fuzz/replay_subprotocols \
	tests/fuzz/replay_target \
	tests/fuzz/replay_verify
check_PROGRAMS += $(fuzz_tests)
TESTS += $(fuzz_tests)
tests_fuzz_replay_base64url_SOURCES = tests/fuzz/base64url.c $(fuzz_replay)
tests_fuzz_replay_bearer_SOURCES = tests/fuzz/bearer.c $(fuzz_replay)
tests_fuzz_replay_certificate_SOURCES = tests/fuzz/certificate.c $(fuzz_replay)
tests_fuzz_replay_claims_SOURCES = tests/fuzz/claims.c tests/fuzz/policy.h tests/oracle.h $(fuzz_replay)
tests_fuzz_replay_cookie_SOURCES = tests/fuzz/cookie.c $(fuzz_replay)
tests_fuzz_replay_introspection_SOURCES = tests/fuzz/introspection.c tests/fuzz/policy.h tests/oracle.h \
	$(fuzz_replay)
tests_fuzz_replay_json_SOURCES = tests/fuzz/json.c tests/oracle.h $(fuzz_replay)
tests_fuzz_replay_jwe_SOURCES = tests/fuzz/jwe.c tests/oracle.h $(fuzz_replay)
tests_fuzz_replay_jwks_SOURCES = tests/fuzz/jwks.c tests/oracle.h $(fuzz_replay)
tests_fuzz_replay_jws_SOURCES = tests/fuzz/jws.c tests/oracle.h $(fuzz_replay)
tests_fuzz_replay_message_SOURCES = tests/fuzz/message.c tests/oracle.h $(fuzz_replay)
tests_fuzz_replay_metadata_SOURCES = tests/fuzz/metadata.c tests/oracle.h $(fuzz_replay)
tests_fuzz_replay_proof_SOURCES = tests/fuzz/proof.c tests/fuzz/signing.h $(fuzz_replay)
tests_fuzz_replay_revocation_SOURCES = tests/fuzz/revocation.c $(fuzz_replay)
tests_fuzz_replay_shared_answer_SOURCES = tests/fuzz/shared_answer.c tests/oracle.h $(fuzz_replay)
tests_fuzz_replay_snapshot_SOURCES = tests/fuzz/snapshot.c $(fuzz_replay)
tests_fuzz_replay_subprotocols_SOURCES = tests/fuzz/subprotocols.c $(fuzz_replay)
tests_fuzz_replay_target_SOURCES = tests/fuzz/target.c $(fuzz_replay)
tests_fuzz_replay_verify_SOURCES = tests/fuzz/verify.c tests/fuzz/policy.h tests/fuzz/signing.h $(fuzz_replay)
tests_fuzz_replay_base64url_LDADD = $(fuzz_ldadd)
tests_fuzz_replay_bearer_LDADD = $(fuzz_ldadd)
tests_fuzz_replay_certificate_LDADD = $(fuzz_ldadd)
tests_fuzz_replay_claims_LDADD = $(fuzz_ldadd)
tests_fuzz_replay_cookie_LDADD = $(fuzz_ldadd)
tests_fuzz_replay_introspection_LDADD = $(fuzz_ldadd)
tests_fuzz_replay_json_LDADD = $(fuzz_ldadd)
tests_fuzz_replay_jwe_LDADD = $(fuzz_ldadd)
tests_fuzz_replay_jwks_LDADD = $(fuzz_ldadd)
tests_fuzz_replay_jws_LDADD = $(fuzz_ldadd)
tests_fuzz_replay_message_LDADD = $(fuzz_ldadd)
tests_fuzz_replay_metadata_LDADD = $(fuzz_ldadd)
tests_fuzz_replay_proof_LDADD = $(fuzz_ldadd)
tests_fuzz_replay_revocation_LDADD = $(fuzz_ldadd)
tests_fuzz_replay_shared_answer_LDADD = $(fuzz_ldadd)
tests_fuzz_replay_snapshot_LDADD = $(fuzz_ldadd)
tests_fuzz_replay_subprotocols_LDADD = $(fuzz_ldadd)
tests_fuzz_replay_target_LDADD = $(fuzz_ldadd)
tests_fuzz_replay_verify_LDADD = $(fuzz_ldadd)
