/* SPDX-License-Identifier: Apache-2.0 */
/* One cookie of a Cookie field (RFC 6265 section 4.2.1). Any thread. */
#ifndef OKTA_CORE_COOKIE_H
#define OKTA_CORE_COOKIE_H

#include "core/reason.h"

#include <stdbool.h>
#include <stddef.h>

/* Find the value of the cookie of exactly that name: OKTA_OK sets *value and *length, borrowed from
 * field. OKTA_TOKEN_MISSING: there is none, or an empty one; field may be NULL.
 * OKTA_REQUEST_MALFORMED: there are several, or readers that know quotes, commas or $Version
 * (RFC 2965) could see another one than this. */
okta_reason okta_cookie_find(const char *field, const char *name, const char **value,
                             size_t *length);

/* The field without all cookies of that name, into rest, which holds as many bytes as field;
 * "" when none is left. Whether anything went. */
bool okta_cookie_without(const char *field, const char *name, char *rest);

#endif
