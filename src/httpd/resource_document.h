/* SPDX-License-Identifier: Apache-2.0 */
/* What the metadata of a protected resource says (RFC 9728 section 2). */
#ifndef OKTA_HTTPD_RESOURCE_DOCUMENT_H
#define OKTA_HTTPD_RESOURCE_DOCUMENT_H

#include "httpd/registry.h"

#include <jansson.h>

/* The document of a resource that is called so; NULL without memory. The caller owns it. Any
 * thread. */
json_t *okta_resource_document(const okta_resource *resource, const char *identifier);

/* Where the document of an identifier lies, behind the well-known path: its path and query, without
 * the slash of a root (RFC 9728 section 3.1). Points into identifier. */
const char *okta_resource_address(const char *identifier);

#endif
