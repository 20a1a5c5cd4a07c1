/* Who we are to the client: the addresses that answers name. */
#ifndef OKTA_HTTPD_PUBLIC_URL_H
#define OKTA_HTTPD_PUBLIC_URL_H

#include <httpd.h>

/* The absolute URL of a path (escaped) of this virtual host, from r->pool. It has the name that the
 * client used where that is a name of the host or the local address of the connection, else the
 * ServerName: a name that is none of ours never appears in an answer. UseCanonicalName counts. */
char *okta_public_url(request_rec *r, const char *path);

#endif
