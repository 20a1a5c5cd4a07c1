/* SPDX-License-Identifier: Apache-2.0 */
/* OAuth 2.0 Protected Resource Metadata (RFC 9728). */
#ifndef OKTA_HTTPD_RESOURCE_H
#define OKTA_HTTPD_RESOURCE_H

#include <httpd.h>

/* quick_handler hook: the document, to anybody, ahead of every access check. */
int okta_resource_answer(request_rec *r, int lookup);

/* The URL of the document for the resource that the request is for; NULL where there is none. From
 * r->pool. */
const char *okta_resource_metadata_url(request_rec *r);

#endif
