/* SPDX-License-Identifier: Apache-2.0 */
/* Authorization server metadata (RFC 8414, OpenID Connect Discovery). */
#ifndef OKTA_CORE_METADATA_H
#define OKTA_CORE_METADATA_H

#include "core/text.h"

/* Only what is used; the strings are the caller's, to free. */
typedef struct okta_metadata {
    char *jwks_uri;
    char *token_endpoint;         /* NULL when absent */
    char *introspection_endpoint; /* the same */
} okta_metadata;

/* Parse a metadata document. RFC 8414 section 3.3: its issuer has to equal `issuer` exactly. The
 * jwks_uri has to pass okta_url_check with insecure_http. False with the cause in error, and
 * nothing to free. Any thread. */
bool okta_metadata_parse(okta_metadata *metadata, const char *text, size_t length,
                         const char *issuer, bool insecure_http, okta_error *error);

/* Free the strings. */
void okta_metadata_clear(okta_metadata *metadata);

#endif
