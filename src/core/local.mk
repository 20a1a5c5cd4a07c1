# SPDX-License-Identifier: Apache-2.0
# Verdicts on tokens: APR-free in the hot path, no httpd, no network.
noinst_LTLIBRARIES += src/core/libokta_core.la
src_core_libokta_core_la_SOURCES = \
	src/core/algorithm.c src/core/algorithm.h \
	src/core/assertion.c src/core/assertion.h \
	src/core/base64url.c src/core/base64url.h \
	src/core/bearer.c src/core/bearer.h \
	src/core/binding.c src/core/binding.h \
	src/core/certificate.c src/core/certificate.h \
	src/core/client_key.c src/core/client_key.h \
	src/core/breaker.c src/core/breaker.h \
	src/core/challenge.c src/core/challenge.h \
	src/core/claims.c src/core/claims.h \
	src/core/cookie.c src/core/cookie.h \
	src/core/cors.c src/core/cors.h \
	src/core/crypto_errors.c src/core/crypto_errors.h \
	src/core/decryption_key.c src/core/decryption_key.h \
	src/core/decryption_source.c src/core/decryption_source.h \
	src/core/digest.c src/core/digest.h \
	src/core/eight.h \
	src/core/file_watch.c src/core/file_watch.h \
	src/core/flights.c src/core/flights.h \
	src/core/form.c src/core/form.h \
	src/core/introspection.c src/core/introspection.h \
	src/core/first_come.c src/core/first_come.h \
	src/core/issuer.c src/core/issuer.h \
	src/core/jwe.c src/core/jwe.h \
	src/core/jwe_content.c src/core/jwe_content.h \
	src/core/jws.c src/core/jws.h \
	src/core/jwk.c src/core/jwk.h \
	src/core/key.c src/core/key.h \
	src/core/json_line.c src/core/json_line.h \
	src/core/key_wrapping.c src/core/key_wrapping.h \
	src/core/keyset.c src/core/keyset.h \
	src/core/match.c src/core/match.h \
	src/core/opaque.c src/core/opaque.h \
	src/core/path.c src/core/path.h \
	src/core/mcp.c src/core/mcp.h src/core/mcp_fields.c src/core/mcp_fields.h \
	src/core/mcp_rules.c src/core/mcp_rules.h \
	src/core/metadata.c src/core/metadata.h \
	src/core/moment.c src/core/moment.h \
	src/core/monotonic.c src/core/monotonic.h \
	src/core/nodes.c src/core/nodes.h \
	src/core/nonce.c src/core/nonce.h \
	src/core/number.c src/core/number.h \
	src/core/octets.h \
	src/core/policy.c src/core/policy.h \
	src/core/private_jwk.c src/core/private_jwk.h \
	src/core/proof.c src/core/proof.h \
	src/core/proof_keys.c src/core/proof_keys.h \
	src/core/reader.c src/core/reader.h \
	src/core/reason.c src/core/reason.h \
	src/core/record.c src/core/record.h \
	src/core/redzone.h \
	src/core/refused_kids.c src/core/refused_kids.h \
	src/core/release.c src/core/release.h \
	src/core/replay.c src/core/replay.h \
	src/core/respite.c src/core/respite.h \
	src/core/result.c src/core/result.h \
	src/core/revocation.c src/core/revocation.h \
	src/core/revocation_file.c src/core/revocation_file.h \
	src/core/revocations.c src/core/revocations.h \
	src/core/revoked.c src/core/revoked.h \
	src/core/robust_lock.c src/core/robust_lock.h \
	src/core/same_origin.c src/core/same_origin.h \
	src/core/schedule.c src/core/schedule.h \
	src/core/sealed.c src/core/sealed.h \
	src/core/shared_answer.c src/core/shared_answer.h \
	src/core/siphash.c src/core/siphash.h \
	src/core/sign.c src/core/sign.h \
	src/core/slot.c src/core/slot.h \
	src/core/snapshot.c src/core/snapshot.h \
	src/core/subprotocols.c src/core/subprotocols.h \
	src/core/tally.c src/core/tally.h \
	src/core/target.c src/core/target.h \
	src/core/text.c src/core/text.h \
	src/core/thumbprint.c src/core/thumbprint.h \
	src/core/tickets.c src/core/tickets.h \
	src/core/token_cache.c src/core/token_cache.h \
	src/core/trace.c src/core/trace.h \
	src/core/turn.c src/core/turn.h \
	src/core/utf8.c src/core/utf8.h \
	src/core/value.c src/core/value.h \
	src/core/verdict.h src/core/verdict_page.h src/core/verdicts.c src/core/verdicts.h \
	src/core/verdicts_put.c \
	src/core/verify.c src/core/verify.h
src_core_libokta_core_la_CFLAGS = $(PROJECT_CFLAGS) $(OPENSSL_CFLAGS) $(JANSSON_CFLAGS)
src_core_libokta_core_la_LIBADD = $(OPENSSL_LIBS) $(JANSSON_LIBS) -lm
