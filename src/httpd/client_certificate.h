/* SPDX-License-Identifier: Apache-2.0 */
/* The certificate that the client showed, for tokens that are bound to it (RFC 8705): mod_ssl's, or
 * the one in the field that a trusted proxy sets. */
#ifndef OKTA_HTTPD_CLIENT_CERTIFICATE_H
#define OKTA_HTTPD_CLIENT_CERTIFICATE_H

#include "core/policy.h"

#include <httpd.h>

/* post_config: find mod_ssl. */
void okta_client_certificate_find_ssl(void);

/* Set what the policy has of it, from the request's pool. OKTA_OK, or OKTA_OUT_OF_MEMORY. */
okta_reason okta_client_certificate_find(request_rec *r, okta_policy *policy, okta_result *result);

/* Whether a reader could take the name for that of a certificate's field anywhere in this
 * configuration. */
bool okta_carries_certificate(const char *header);

/* post_read_request hook: drop such fields, in every spelling, from whoever is no trusted proxy;
 * from a trusted one the spellings that are not the very name. */
int okta_scrub_certificate(request_rec *r);

#endif
