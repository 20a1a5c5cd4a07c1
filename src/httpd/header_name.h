/* SPDX-License-Identifier: Apache-2.0 */
/* Names of header fields in the configuration. Any thread. */
#ifndef OKTA_HTTPD_HEADER_NAME_H
#define OKTA_HTTPD_HEADER_NAME_H

#include <stdbool.h>

/* Whether it is a token of RFC 9110, as names of fields and cookies are. */
bool okta_is_token(const char *value);

/* Whether httpd, a proxy or this module acts on the field, so that it is for nothing else. */
bool okta_is_reserved_header(const char *name);

#endif
