# SPDX-License-Identifier: Apache-2.0
# Performance: built by `make okta-bench` or `make bench` only. See docs/performance.md.
EXTRA_PROGRAMS = tests/bench/okta-bench
CLEANFILES += tests/bench/okta-bench
tests_bench_okta_bench_SOURCES = \
	tests/bench/commands.h \
	tests/bench/encrypter.c tests/bench/encrypter.h \
	tests/bench/main.c \
	tests/bench/mint.c \
	tests/bench/proofs.c tests/bench/proofs.h \
	tests/bench/sample.c tests/bench/sample.h \
	tests/bench/signer.c tests/bench/signer.h \
	tests/bench/stopwatch.c tests/bench/stopwatch.h \
	tests/bench/subject.c tests/bench/subject.h \
	tests/bench/time_open.c \
	tests/bench/time_parts.c \
	tests/bench/time_proof.c \
	tests/bench/time_verify.c
tests_bench_okta_bench_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_bench_okta_bench_CFLAGS = $(PROJECT_CFLAGS) $(OPENSSL_CFLAGS) $(JANSSON_CFLAGS)
tests_bench_okta_bench_LDADD = src/core/libokta_core.la $(JANSSON_LIBS) $(OPENSSL_LIBS) -lm

.PHONY: okta-bench bench
okta-bench: tests/bench/okta-bench$(EXEEXT)

bench:
	OKTA_BUILD='$(abs_top_builddir)' '$(abs_top_srcdir)/scripts/bench' $(BENCH_FLAGS)
