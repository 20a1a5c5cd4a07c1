/* SPDX-License-Identifier: Apache-2.0 */
/* The judgment on the identifiers of resources: what clients and Okta compare letter by letter. */
#ifndef OKTA_HTTPD_CHECK_RESOURCES_H
#define OKTA_HTTPD_CHECK_RESOURCES_H

#include "httpd/judge.h"

/* Cautions where an OktaResource is of another host, and where an audience is the identifier but
 * for a slash or the case of letters. After the sections. */
void okta_check_resources(okta_judge *judge);

#endif
