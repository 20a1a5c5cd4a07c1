# SPDX-License-Identifier: Apache-2.0
# Fetching key sets: an interface and its implementation on libcurl. No httpd.
noinst_LTLIBRARIES += src/fetch/libokta_fetch.la
src_fetch_libokta_fetch_la_SOURCES = \
	src/fetch/curl.c src/fetch/fetch.h \
	src/fetch/curl_trust.c src/fetch/curl_trust.h \
	src/fetch/discovery.c src/fetch/discovery.h \
	src/fetch/head.c src/fetch/head.h \
	src/fetch/headers.c src/fetch/headers.h \
	src/fetch/introspection.c src/fetch/introspection.h \
	src/fetch/reach.c src/fetch/reach.h
src_fetch_libokta_fetch_la_CFLAGS = $(PROJECT_CFLAGS) $(JANSSON_CFLAGS) $(OPENSSL_CFLAGS) $(CURL_CFLAGS)
src_fetch_libokta_fetch_la_LIBADD = $(CURL_LIBS)
