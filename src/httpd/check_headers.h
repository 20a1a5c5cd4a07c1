/* SPDX-License-Identifier: Apache-2.0 */
/* configtest: headers that a proxy or gateway sets, and what else uses their names. */
#ifndef OKTA_HTTPD_CHECK_HEADERS_H
#define OKTA_HTTPD_CHECK_HEADERS_H

#include "httpd/judge.h"

void okta_check_headers(okta_judge *j);

#endif
