# SPDX-License-Identifier: Apache-2.0
# The core's verdicts in bulk, for the differential test.
check_PROGRAMS += tests/interop/differential/judge
tests_interop_differential_judge_SOURCES = tests/interop/differential/judge.c
tests_interop_differential_judge_CFLAGS = $(PROJECT_CFLAGS) $(JANSSON_CFLAGS)
tests_interop_differential_judge_LDADD = src/core/libokta_core.la \
	$(OPENSSL_LIBS) $(JANSSON_LIBS) -lm
