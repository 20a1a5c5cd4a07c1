/* SPDX-License-Identifier: Apache-2.0 */
/* The target of a request as a URL in normal form (RFC 3986 section 6.2.2 and 6.2.3), as `htu` of a
 * DPoP proof is compared (RFC 9449 section 4.3). */
#ifndef OKTA_CORE_TARGET_H
#define OKTA_CORE_TARGET_H

#include <stdbool.h>
#include <stddef.h>

/* Normalize an http or https URL, url[length], into buffer[size], terminated: scheme and host in
 * lower case, without the default port or an empty one, percent-encoded unreserved characters
 * decoded, other escapes in upper case, then dot segments removed, an empty path as "/", without
 * query and fragment. Double slashes and a dot at the host's end count. False for all else: another
 * scheme, userinfo, an empty host, a port out of range, a bad escape, a character that no URL has,
 * ".." behind a double slash, or a buffer that is too small (length + 2 is always enough). Any
 * thread. */
bool okta_target_normalize(const char *url, size_t length, char *buffer, size_t size);

#endif
