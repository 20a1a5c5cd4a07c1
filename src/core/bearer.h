/* The Authorization header of RFC 6750 section 2.1. */
#ifndef OKTA_CORE_BEARER_H
#define OKTA_CORE_BEARER_H

#include "core/reason.h"

#include <stddef.h>

/* Find the token in the value of an Authorization header (NULL: none was sent). OKTA_OK sets *token
 * and *length, borrowed from field. OKTA_TOKEN_MISSING: no header, or another scheme's credentials.
 * OKTA_REQUEST_MALFORMED: the scheme is Bearer and what follows is not exactly one token68, or
 * several credentials were joined. Any thread. */
okta_reason okta_bearer_find(const char *field, const char **token, size_t *length);

#endif
