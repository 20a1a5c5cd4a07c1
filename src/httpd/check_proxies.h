/* SPDX-License-Identifier: Apache-2.0 */
/* configtest: what OktaClientCertHeader and OktaTrustedProxy come to together. */
#ifndef OKTA_HTTPD_CHECK_PROXIES_H
#define OKTA_HTTPD_CHECK_PROXIES_H

#include "httpd/judge.h"

void okta_check_proxies(okta_judge *j);

#endif
