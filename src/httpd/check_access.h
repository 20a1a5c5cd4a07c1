/* SPDX-License-Identifier: Apache-2.0 */
/* The judgment on access: sections that look protected and are not. */
#ifndef OKTA_HTTPD_CHECK_ACCESS_H
#define OKTA_HTTPD_CHECK_ACCESS_H

#include "httpd/places.h"

/* Cautions where AuthType Okta holds and the Require that holds comes from elsewhere and asks
 * nobody who it is; remarks where Okta directives stand without AuthType Okta. */
void okta_check_access(const okta_places *places);

#endif
