/* SPDX-License-Identifier: Apache-2.0 */
/* Judges how issuers are asked about tokens. */
#ifndef OKTA_HTTPD_CHECK_INTROSPECTION_H
#define OKTA_HTTPD_CHECK_INTROSPECTION_H

#include "httpd/places.h"

/* check_config, once the settings of all issuers are complete. */
void okta_check_introspection(const okta_places *places);

#endif
