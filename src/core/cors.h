/* SPDX-License-Identifier: Apache-2.0 */
/* Cross-origin resource sharing (the Fetch standard's CORS protocol): who may, and what the answer
 * says. No HTTP library. */
#ifndef OKTA_CORE_CORS_H
#define OKTA_CORE_CORS_H

#include "core/text.h"

/* Const once filled; borrows its strings. */
typedef struct okta_cors {
    okta_strings origins; /* exact, of any scheme; scheme + `*.` + domain; or `*`; none: no CORS */
    okta_strings methods; /* beside GET, HEAD and POST; `*`: any */
    okta_strings headers; /* beside Authorization and Content-Type; `*`: any */
    bool credentials;
    bool dpop; /* the header DPoP may be sent (RFC 9449) */
} okta_cors;

/* All functions: any thread. */

/* Whether a page of this origin may read answers. */
bool okta_cors_allows_origin(const okta_cors *cors, const char *origin);

/* Whether origins are answered alike: `*` without credentials. */
bool okta_cors_is_open(const okta_cors *cors);

/* Whether a preflight's method may follow; exact, methods have case. */
bool okta_cors_allows_method(const okta_cors *cors, const char *method);

/* Whether all names of a preflight's Access-Control-Request-Headers (NULL: none) may follow. */
bool okta_cors_allows_headers(const okta_cors *cors, const char *names);

/* Whether a configured origin makes sense; else the fault and the remedy in error. */
bool okta_cors_origin_check(const char *origin, okta_error *error);

#endif
