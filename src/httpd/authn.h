/* SPDX-License-Identifier: Apache-2.0 */
/* Authentication: from a request's Authorization header to verified claims and a user. */
#ifndef OKTA_HTTPD_AUTHN_H
#define OKTA_HTTPD_AUTHN_H

#include <httpd.h>

/* check_authn hook. */
int okta_check_authn(request_rec *r);

#endif
