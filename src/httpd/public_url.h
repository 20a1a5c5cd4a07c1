/* SPDX-License-Identifier: Apache-2.0 */
/* Who we are to the client: the addresses that answers name. */
#ifndef OKTA_HTTPD_PUBLIC_URL_H
#define OKTA_HTTPD_PUBLIC_URL_H

#include <httpd.h>

#include <stdbool.h>

/* The absolute URL of a path (escaped) of this virtual host, from r->pool: below OktaPublicUrl
 * where that holds for the request. Else it has the name that the client used where that is a name
 * of the host or the local address of the connection, else the ServerName: a name that is none of
 * ours never appears in an answer. UseCanonicalName counts. */
char *okta_public_url(request_rec *r, const char *path);

/* The URL of the client's own request as that client has it, in normal form (core/target.h), from
 * r->pool: with the name and port that it sent, if the name is ours. NULL: it is no URL. */
const char *okta_public_target(request_rec *r);

/* Whether the configuration gives the virtual host this name. Any thread. */
bool okta_is_name_of_server(const server_rec *server, const char *host);

/* The path of OktaPublicUrl, without a slash at its end; "" where it has none or is NULL. */
const char *okta_public_path(const char *public_url);

/* The method of the client's own request, from r->pool. */
const char *okta_client_method(request_rec *r);

/* The path of the client's own request as it sent it, with the query: of a whole URL in the request
 * line what follows the host. */
const char *okta_client_path(const request_rec *r);

/* The client's own request: the first of a chain of redirections and subrequests. */
const request_rec *okta_client_request(const request_rec *r);

#endif
