/* SPDX-License-Identifier: Apache-2.0 */
/* The Authorization header of RFC 6750 section 2.1 and RFC 9449 section 7.1. */
#ifndef OKTA_CORE_BEARER_H
#define OKTA_CORE_BEARER_H

#include "core/reason.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum okta_scheme { OKTA_SCHEME_NONE, OKTA_SCHEME_BEARER, OKTA_SCHEME_DPOP } okta_scheme;

/* Find the token in the value of an Authorization header (NULL: none was sent). OKTA_OK sets *token
 * and *length, borrowed from field: all that follows the scheme, up to the field's end, which is
 * yet to be put to okta_bearer_is_token68. OKTA_TOKEN_MISSING: no header, or another scheme's
 * credentials. OKTA_REQUEST_MALFORMED: the scheme is ours and nothing follows, or it is not the
 * first of several schemes. scheme (may be NULL) is set to the one that the field begins with; the
 * scheme DPoP is another one's unless with_dpop. Any thread. */
okta_reason okta_bearer_find(const char *field, bool with_dpop, okta_scheme *scheme,
                             const char **token, size_t *length);

/* Why a field that is not empty holds no token for us (OKTA_TOKEN_MISSING): a sentence that names
 * what is wrong, for caller and operator, with nothing of the field in it. NULL: there is no field,
 * or its scheme is ours. */
const char *okta_bearer_absence(const char *field, bool with_dpop);

/* Whether what was found is one token68 (RFC 9110 section 11.2); if not, the request is malformed:
 * several credentials, several fields, or no token at all. Apart from finding, because it costs a
 * look at each character, and a token that was seen before needs none. */
bool okta_bearer_is_token68(const char *token);

/* Whether a token68 may have this character. */
bool okta_bearer_is_character(char c);

#endif
