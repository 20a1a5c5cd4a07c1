/* Authentication: from a request's Authorization header to verified claims and a user. */
#ifndef OKTA_HTTPD_AUTHN_H
#define OKTA_HTTPD_AUTHN_H

#include <httpd.h>

/* check_authn hook. */
int okta_check_authn(request_rec *r);

/* force_authn hook: look at the token even where httpd would let everybody in (OktaAnonymous). */
int okta_force_authn(request_rec *r);

/* check_authz hook, first of all: hands on to httpd's own and turns its 401 for a caller that we
 * know into 403. */
int okta_check_authz(request_rec *r);

#endif
