/* SPDX-License-Identifier: Apache-2.0 */
/* The two endpoints of Okta's guide. */
#ifndef OKTA_HTTPD_HANDLERS_H
#define OKTA_HTTPD_HANDLERS_H

#include <httpd.h>

/* handler hook for okta-whoami (the verified claims) and okta-hello (a greeting). */
int okta_handle(request_rec *r);

#endif
