/* SPDX-License-Identifier: Apache-2.0 */
/* Whose page made a browser send a request, and its cookies with it. Any thread. */
#ifndef OKTA_CORE_SAME_ORIGIN_H
#define OKTA_CORE_SAME_ORIGIN_H

#include <stdbool.h>

/* What a request says of that; NULL: it does not. */
typedef struct okta_caller {
    const char *site;   /* Sec-Fetch-Site (W3C Fetch Metadata), which no page can set */
    const char *origin; /* Origin */
    const char *own; /* a URL of this server, in normal form (core/target.h), as browsers see it */
    bool is_safe;    /* the method changes nothing (RFC 9110 section 9.2.1) */
} okta_caller;

/* Whether it is a page of this server, or where the method is safe nobody but the user. Whoever
 * says neither is not. */
bool okta_is_same_origin(const okta_caller *caller);

#endif
