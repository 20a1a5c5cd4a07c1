/* SPDX-License-Identifier: Apache-2.0 */
/* Authorization of callers whom authentication knows, or has let pass as anonymous. */
#ifndef OKTA_HTTPD_AUTHZ_H
#define OKTA_HTTPD_AUTHZ_H

#include "httpd/request.h"

/* check_authz hook, first of all: hands on to httpd's own and turns its 401 for a caller that we
 * know into 403. */
int okta_check_authz(request_rec *r);

/* The request goes on by this verdict: its own, or that of the subrequest that it has become.
 * Counts it, and for OktaLogSuccess writes its line; once for each request of a client. */
void okta_note_pass(request_rec *r, const okta_request *state);

#endif
