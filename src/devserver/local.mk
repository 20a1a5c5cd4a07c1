# SPDX-License-Identifier: Apache-2.0
# The development authorization server. noinst: nothing that gives tokens away gets installed.
noinst_LTLIBRARIES += src/devserver/mod_okta_devserver.la
src_devserver_mod_okta_devserver_la_SOURCES = \
	src/devserver/base64url.c src/devserver/base64url.h \
	src/devserver/claims.c src/devserver/claims.h \
	src/devserver/client.c src/devserver/client.h \
	src/devserver/config.c src/devserver/config.h \
	src/devserver/dpop.c src/devserver/dpop.h \
	src/devserver/endpoints.c src/devserver/endpoints.h \
	src/devserver/grant.c src/devserver/grant.h \
	src/devserver/grant_check.c src/devserver/grant_check.h \
	src/devserver/introspect.c src/devserver/introspect.h \
	src/devserver/issued.c src/devserver/issued.h \
	src/devserver/jwe.c src/devserver/jwe.h \
	src/devserver/jws.c src/devserver/jws.h \
	src/devserver/key.c src/devserver/key.h \
	src/devserver/keystore.c src/devserver/keystore.h \
	src/devserver/local.c src/devserver/local.h \
	src/devserver/mod_okta_devserver.c \
	src/devserver/nonce.c src/devserver/nonce.h \
	src/devserver/parameters.c src/devserver/parameters.h \
	src/devserver/proof.c src/devserver/proof.h \
	src/devserver/proof_key.c src/devserver/proof_key.h \
	src/devserver/proof_memory.c src/devserver/proof_memory.h \
	src/devserver/reply.c src/devserver/reply.h \
	src/devserver/revoked.c src/devserver/revoked.h \
	src/devserver/segment.c src/devserver/segment.h \
	src/devserver/token.c src/devserver/token.h
src_devserver_mod_okta_devserver_la_CFLAGS = $(PROJECT_CFLAGS) $(APXS_CFLAGS) $(APR_CFLAGS) \
	$(OPENSSL_CFLAGS) $(JANSSON_CFLAGS)
# libtool makes a shared object of a library that is not installed only where it has an rpath
src_devserver_mod_okta_devserver_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-rpath /nonexistent
src_devserver_mod_okta_devserver_la_LIBADD = $(OPENSSL_LIBS) $(JANSSON_LIBS)
