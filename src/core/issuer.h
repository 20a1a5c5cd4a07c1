/* SPDX-License-Identifier: Apache-2.0 */
/* The rules for issuer URLs and Okta domains as administrators write them. */
#ifndef OKTA_CORE_ISSUER_H
#define OKTA_CORE_ISSUER_H

#include "core/text.h"

/* The authorization server that every Okta organization has, and the audience of its tokens. */
#define OKTA_DEFAULT_SERVER "default"
#define OKTA_DEFAULT_AUDIENCE "api://default"

/* Whether the issuer is an authorization server of that name. Where all issuers are, the audience
 * may be left unsaid. Any thread. */
bool okta_is_default_server(const char *issuer);

/* Each check returns true, or false with a sentence in error that names the fault and the remedy,
 * to stand behind the directive and the value. Any thread. */

/* A host name such as integrator-123456.okta.com; not a URL, an admin domain or a placeholder. */
bool okta_domain_check(const char *domain, okta_error *error);

/* The id of a custom authorization server: `default` or what follows /oauth2/ in its issuer. */
bool okta_server_id_check(const char *id, okta_error *error);

/* An https URL without query and fragment, its host in lower case and without the default port;
 * below Okta's own hosts also without a trailing slash. insecure_http permits http for loopback
 * hosts. */
bool okta_issuer_check(const char *issuer, bool insecure_http, okta_error *error);

/* The same for an issuer that is asked about its tokens: it may be Okta's org authorization server.
 */
bool okta_asked_issuer_check(const char *issuer, bool insecure_http, okta_error *error);

/* A URL to fetch from: as above, but a query and any host and port are allowed. */
bool okta_url_check(const char *url, bool insecure_http, okta_error *error);

/* Left-over `{yourOktaDomain}`, `${clientId}`, `<…>`, `your-okta-domain.okta.com`. */
bool okta_is_placeholder(const char *value);

/* 127.0.0.0/8, ::1 (with or without brackets) or localhost; host is not terminated at length. */
bool okta_is_loopback(const char *host, size_t length);

/* Where scheme://authority ends in url: the length of the origin. 0 when url has no scheme. */
size_t okta_origin_length(const char *url);

/* Whether the first length bytes of url are scheme://host, scheme://host:port or the like with an
 * IPv6 address in brackets. */
bool okta_is_origin(const char *url, size_t length);

/* The length of ":443" at the end of an https URL's origin, or of ":80" of an http URL's; 0: its
 * port is another one or is not written. */
size_t okta_default_port_length(const char *url);

/* Same scheme and authority, compared without case. */
bool okta_same_origin(const char *a, const char *b);

#endif
