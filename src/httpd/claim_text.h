/* SPDX-License-Identifier: Apache-2.0 */
/* Claims as text for places that take only text. */
#ifndef OKTA_HTTPD_CLAIM_TEXT_H
#define OKTA_HTTPD_CLAIM_TEXT_H

#include "core/value.h"

#include <apr_pools.h>

typedef enum okta_text_style {
    OKTA_TEXT_ENV,   /* arrays with spaces; control characters as %0A, in elements of arrays a
                        space as %20 and `%` as %25, all else as it is */
    OKTA_TEXT_HEADER /* arrays with commas; everything but printable ASCII, `%` and a space at
                        either end as %XX; a comma in an element as %2C */
} okta_text_style;

/* Strings as they are, booleans as true and false, numbers in JSON's notation, objects as compact
 * JSON. NULL for null. From pool, or borrowed from value. */
const char *okta_claim_text(apr_pool_t *pool, const okta_value *value, okta_text_style style);

/* A control character, which has no place in a user name or a header. */
bool okta_has_control(const char *text, apr_size_t length);

#endif
