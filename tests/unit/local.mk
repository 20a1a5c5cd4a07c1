# Unit tests of src/core: cmocka, one program for each concept. Sources by automake's default,
# tests/unit/test_x.c.
AM_CPPFLAGS += $(CMOCKA_CFLAGS)
LDADD = tests/unit/libokta_unit.la src/core/libokta_core.la \
	$(CMOCKA_LIBS) $(OPENSSL_LIBS) $(JANSSON_LIBS) -lm -lpthread
check_LTLIBRARIES += tests/unit/libokta_unit.la
tests_unit_libokta_unit_la_SOURCES = \
	tests/unit/mint.c tests/unit/mint.h \
	tests/unit/proofs.c tests/unit/proofs.h \
	tests/unit/unit.c tests/unit/unit.h \
	tests/unit/world.c tests/unit/world.h
unit_tests = \
	tests/unit/test_algorithm \
	tests/unit/test_attacks \
	tests/unit/test_attacks_claims \
	tests/unit/test_base64url \
	tests/unit/test_bearer \
	tests/unit/test_challenge \
	tests/unit/test_claims \
	tests/unit/test_cors \
	tests/unit/test_crypto_errors \
	tests/unit/test_digest \
	tests/unit/test_ed25519 \
	tests/unit/test_eight \
	tests/unit/test_issuer \
	tests/unit/test_json \
	tests/unit/test_jws \
	tests/unit/test_key \
	tests/unit/test_keyset \
	tests/unit/test_match \
	tests/unit/test_memory \
	tests/unit/test_metadata \
	tests/unit/test_nonce \
	tests/unit/test_path \
	tests/unit/test_policy \
	tests/unit/test_proof \
	tests/unit/test_proof_attacks \
	tests/unit/test_proof_claims \
	tests/unit/test_proof_keys \
	tests/unit/test_proof_memory \
	tests/unit/test_proof_vectors \
	tests/unit/test_reader \
	tests/unit/test_reason \
	tests/unit/test_record \
	tests/unit/test_refused_kids \
	tests/unit/test_replay \
	tests/unit/test_schedule \
	tests/unit/test_schedule_promises \
	tests/unit/test_slot \
	tests/unit/test_slot_stall \
	tests/unit/test_slot_stress \
	tests/unit/test_snapshot \
	tests/unit/test_step_up \
	tests/unit/test_target \
	tests/unit/test_text \
	tests/unit/test_threads \
	tests/unit/test_thumbprint \
	tests/unit/test_tickets \
	tests/unit/test_token_cache \
	tests/unit/test_turn \
	tests/unit/test_value \
	tests/unit/test_vectors \
	tests/unit/test_verdicts \
	tests/unit/test_verify
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
# these get every allocation of core's, to let it fail
scarce_ldflags = $(AM_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free,--wrap=strdup
tests_unit_test_memory_SOURCES = tests/unit/test_memory.c tests/unit/scarce.c tests/unit/scarce.h
tests_unit_test_memory_LDFLAGS = $(scarce_ldflags)
tests_unit_test_proof_memory_SOURCES = tests/unit/test_proof_memory.c tests/unit/scarce.c tests/unit/scarce.h
tests_unit_test_proof_memory_LDFLAGS = $(scarce_ldflags)
