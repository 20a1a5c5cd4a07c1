# SPDX-License-Identifier: Apache-2.0
# Unit tests of src/core: cmocka, one program for each concept. Sources by automake's default,
# tests/unit/test_x.c.
AM_CPPFLAGS += $(CMOCKA_CFLAGS)
LDADD = tests/unit/libokta_unit.la src/core/libokta_core.la \
	$(CMOCKA_LIBS) $(OPENSSL_LIBS) $(JANSSON_LIBS) -lm -lpthread
check_LTLIBRARIES += tests/unit/libokta_unit.la
tests_unit_libokta_unit_la_SOURCES = \
	tests/unit/lists.c tests/unit/lists.h \
	tests/unit/mint.c tests/unit/mint.h \
	tests/unit/proofs.c tests/unit/proofs.h \
	tests/unit/sealing.c tests/unit/sealing.h \
	tests/unit/unit.c tests/unit/unit.h \
	tests/unit/world.c tests/unit/world.h
unit_tests = \
	tests/unit/test_algorithm \
	tests/unit/test_assertion \
	tests/unit/test_attacks \
	tests/unit/test_attacks_claims \
	tests/unit/test_base64url \
	tests/unit/test_bearer \
	tests/unit/test_binding \
	tests/unit/test_certificate \
	tests/unit/test_breaker \
	tests/unit/test_challenge \
	tests/unit/test_claims \
	tests/unit/test_client_key \
	tests/unit/test_client_key_memory \
	tests/unit/test_cookie \
	tests/unit/test_cors \
	tests/unit/test_crypto_errors \
	tests/unit/test_decryption_key \
	tests/unit/test_digest \
	tests/unit/test_ed25519 \
	tests/unit/test_eight \
	tests/unit/test_file_watch \
	tests/unit/test_flights \
	tests/unit/test_form \
	tests/unit/test_introspection \
	tests/unit/test_first_come \
	tests/unit/test_first_come_store \
	tests/unit/test_first_come_terms \
	tests/unit/test_issuer \
	tests/unit/test_json \
	tests/unit/test_json_line \
	tests/unit/test_jwe \
	tests/unit/test_jwe_memory \
	tests/unit/test_jwe_outcome \
	tests/unit/test_jwk \
	tests/unit/test_jws \
	tests/unit/test_key \
	tests/unit/test_key_failures \
	tests/unit/test_keyset \
	tests/unit/test_match \
	tests/unit/test_memory \
	tests/unit/test_mcp \
	tests/unit/test_metadata \
	tests/unit/test_moment \
	tests/unit/test_nonce \
	tests/unit/test_octets \
	tests/unit/test_opaque \
	tests/unit/test_path \
	tests/unit/test_policy \
	tests/unit/test_policy_revoked \
	tests/unit/test_private_jwk \
	tests/unit/test_proof \
	tests/unit/test_proof_attacks \
	tests/unit/test_proof_claims \
	tests/unit/test_proof_keys \
	tests/unit/test_proof_memory \
	tests/unit/test_proof_vectors \
	tests/unit/test_reader \
	tests/unit/test_reader_tree \
	tests/unit/test_reason \
	tests/unit/test_record \
	tests/unit/test_refused_kids \
	tests/unit/test_replay \
	tests/unit/test_respite \
	tests/unit/test_revocation \
	tests/unit/test_revocation_file \
	tests/unit/test_revocation_memory \
	tests/unit/test_revocations \
	tests/unit/test_revocations_stress \
	tests/unit/test_same_origin \
	tests/unit/test_schedule \
	tests/unit/test_schedule_promises \
	tests/unit/test_sealed \
	tests/unit/test_sealed_memory \
	tests/unit/test_shared_answer \
	tests/unit/test_sign \
	tests/unit/test_siphash \
	tests/unit/test_slot \
	tests/unit/test_slot_stall \
	tests/unit/test_slot_stress \
	tests/unit/test_snapshot \
	tests/unit/test_step_up \
	tests/unit/test_subprotocols \
	tests/unit/test_tally \
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
	tests/unit/test_verdicts_broken \
	tests/unit/test_verdicts_death \
	tests/unit/test_verdicts_stress \
	tests/unit/test_verdicts_threads \
	tests/unit/test_verify
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
# this gets OpenSSL's verification, to let it fail
tests_unit_test_key_failures_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=EVP_DigestVerify,--wrap=EVP_MD_CTX_copy_ex
# this sees what is asked of OpenSSL
tests_unit_test_jwe_outcome_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=EVP_PKEY_decrypt,--wrap=RAND_priv_bytes,--wrap=EVP_MAC_update \
	-Wl,--wrap=EVP_DecryptUpdate,--wrap=EVP_DecryptFinal_ex,--wrap=CRYPTO_memcmp \
	-Wl,--wrap=EVP_PKEY_CTX_set_rsa_padding,--wrap=EVP_PKEY_CTX_set_rsa_oaep_md_name \
	-Wl,--wrap=EVP_PKEY_CTX_set_rsa_mgf1_md_name \
	-Wl,--wrap=EVP_MAC_fetch,--wrap=EVP_MAC_free,--wrap=EVP_CIPHER_fetch,--wrap=EVP_CIPHER_free \
	-Wl,--wrap=OPENSSL_cleanse
# these see what is wiped or left to chance, or get what seals, to let it fail
tests_unit_test_assertion_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=RAND_bytes
tests_unit_test_private_jwk_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=OPENSSL_cleanse
tests_unit_test_sealed_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=OPENSSL_cleanse,--wrap=EVP_CipherUpdate
# these get every allocation of core's, to let it fail
scarce_ldflags = $(AM_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free,--wrap=strdup
tests_unit_test_certificate_SOURCES = tests/unit/test_certificate.c tests/unit/scarce.c tests/unit/scarce.h
tests_unit_test_certificate_LDFLAGS = $(scarce_ldflags)
tests_unit_test_client_key_memory_SOURCES = tests/unit/test_client_key_memory.c tests/unit/scarce.c \
	tests/unit/scarce.h
tests_unit_test_client_key_memory_LDFLAGS = $(scarce_ldflags)
store_sources = tests/unit/store.c tests/unit/store.h
tests_unit_test_first_come_SOURCES = tests/unit/test_first_come.c $(store_sources)
tests_unit_test_first_come_terms_SOURCES = tests/unit/test_first_come_terms.c $(store_sources)
tests_unit_test_first_come_store_SOURCES = tests/unit/test_first_come_store.c $(store_sources) \
	tests/unit/scarce.c tests/unit/scarce.h
tests_unit_test_first_come_store_LDFLAGS = $(scarce_ldflags) -Wl,--wrap=RAND_bytes
tests_unit_test_introspection_SOURCES = tests/unit/test_introspection.c tests/unit/scarce.c tests/unit/scarce.h
tests_unit_test_introspection_LDFLAGS = $(scarce_ldflags)
tests_unit_test_memory_SOURCES = tests/unit/test_memory.c tests/unit/scarce.c tests/unit/scarce.h
tests_unit_test_memory_LDFLAGS = $(scarce_ldflags)
tests_unit_test_jwe_memory_SOURCES = tests/unit/test_jwe_memory.c tests/unit/scarce.c tests/unit/scarce.h
tests_unit_test_jwe_memory_LDFLAGS = $(scarce_ldflags)
tests_unit_test_proof_memory_SOURCES = tests/unit/test_proof_memory.c tests/unit/scarce.c tests/unit/scarce.h
tests_unit_test_proof_memory_LDFLAGS = $(scarce_ldflags)
tests_unit_test_sealed_memory_SOURCES = tests/unit/test_sealed_memory.c tests/unit/scarce.c tests/unit/scarce.h
tests_unit_test_sealed_memory_LDFLAGS = $(scarce_ldflags)
tests_unit_test_shared_answer_SOURCES = tests/unit/test_shared_answer.c tests/unit/scarce.c \
	tests/unit/scarce.h
tests_unit_test_shared_answer_LDFLAGS = $(scarce_ldflags)
tests_unit_test_sign_SOURCES = tests/unit/test_sign.c tests/unit/scarce.c tests/unit/scarce.h
tests_unit_test_sign_LDFLAGS = $(scarce_ldflags)
tests_unit_test_revocation_memory_SOURCES = tests/unit/test_revocation_memory.c tests/unit/scarce.c \
	tests/unit/scarce.h
tests_unit_test_revocation_memory_LDFLAGS = $(scarce_ldflags)
# these see when a lock comes from one who died
stress_sources = tests/unit/entries.c tests/unit/entries.h tests/unit/stress.c tests/unit/stress.h
stress_ldflags = $(AM_LDFLAGS) -Wl,--wrap=pthread_mutex_consistent
tests_unit_test_verdicts_stress_SOURCES = tests/unit/test_verdicts_stress.c $(stress_sources)
tests_unit_test_verdicts_stress_LDFLAGS = $(stress_ldflags)
tests_unit_test_verdicts_threads_SOURCES = tests/unit/test_verdicts_threads.c $(stress_sources)
tests_unit_test_verdicts_threads_LDFLAGS = $(stress_ldflags)
death_sources = tests/unit/test_verdicts_death.c tests/unit/entries.c tests/unit/entries.h \
	tests/unit/steps.c tests/unit/steps.h
tests_unit_test_verdicts_death_SOURCES = $(death_sources)

# for test_verdicts_broken: tables of verdicts with one deliberate fault each
broken_tables = \
	tests/unit/broken_early_farewell.c \
	tests/unit/broken_early_live.c \
	tests/unit/broken_late_retire.c \
	tests/unit/broken_lost_lock.c \
	tests/unit/broken_no_lock.c \
	tests/unit/broken_one_look.c \
	tests/unit/broken_used_twice.c
broken_tests = \
	tests/unit/stress_true \
	tests/unit/stress_late_retire \
	tests/unit/stress_early_live \
	tests/unit/stress_one_look \
	tests/unit/stress_no_lock \
	tests/unit/stress_used_twice \
	tests/unit/death_late_retire \
	tests/unit/death_early_live \
	tests/unit/death_lost_lock \
	tests/unit/death_early_farewell
check_PROGRAMS += $(broken_tests)
EXTRA_DIST += tests/unit/break_verdicts.sh
CLEANFILES += $(broken_tables)
$(broken_tables): $(src_core_libokta_core_la_SOURCES) tests/unit/break_verdicts.sh
	$(AM_V_GEN)$(MKDIR_P) tests/unit && fault=`basename $@ .c` && \
	'$(srcdir)/tests/unit/break_verdicts.sh' $${fault#broken_} '$(srcdir)' >$@-t && mv $@-t $@
caught_sources = tests/unit/caught.c $(stress_sources)
tests_unit_stress_true_SOURCES = $(caught_sources)
tests_unit_stress_true_LDFLAGS = $(stress_ldflags)
tests_unit_stress_late_retire_SOURCES = $(caught_sources)
nodist_tests_unit_stress_late_retire_SOURCES = tests/unit/broken_late_retire.c
tests_unit_stress_late_retire_LDFLAGS = $(stress_ldflags)
tests_unit_stress_early_live_SOURCES = $(caught_sources)
nodist_tests_unit_stress_early_live_SOURCES = tests/unit/broken_early_live.c
tests_unit_stress_early_live_LDFLAGS = $(stress_ldflags)
tests_unit_stress_one_look_SOURCES = $(caught_sources)
nodist_tests_unit_stress_one_look_SOURCES = tests/unit/broken_one_look.c
tests_unit_stress_one_look_LDFLAGS = $(stress_ldflags)
tests_unit_stress_no_lock_SOURCES = $(caught_sources)
nodist_tests_unit_stress_no_lock_SOURCES = tests/unit/broken_no_lock.c
tests_unit_stress_no_lock_LDFLAGS = $(stress_ldflags)
tests_unit_stress_used_twice_SOURCES = $(caught_sources)
nodist_tests_unit_stress_used_twice_SOURCES = tests/unit/broken_used_twice.c
tests_unit_stress_used_twice_LDFLAGS = $(stress_ldflags)
tests_unit_death_late_retire_SOURCES = $(death_sources)
nodist_tests_unit_death_late_retire_SOURCES = tests/unit/broken_late_retire.c
tests_unit_death_early_live_SOURCES = $(death_sources)
nodist_tests_unit_death_early_live_SOURCES = tests/unit/broken_early_live.c
tests_unit_death_lost_lock_SOURCES = $(death_sources)
nodist_tests_unit_death_lost_lock_SOURCES = tests/unit/broken_lost_lock.c
tests_unit_death_early_farewell_SOURCES = $(death_sources)
nodist_tests_unit_death_early_farewell_SOURCES = tests/unit/broken_early_farewell.c
