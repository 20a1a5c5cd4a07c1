/* What the module knows of one request. */
#ifndef OKTA_HTTPD_REQUEST_H
#define OKTA_HTTPD_REQUEST_H

#include "core/claims.h"
#include "core/result.h"

#include <httpd.h>

/* Lives as long as the request, on its own thread at any time. */
typedef struct okta_request {
    const okta_claims *claims; /* verified and accepted here; NULL: nobody */
    okta_reason reason; /* why there are none, or why they do not suffice; OKTA_UNSET: not asked */
    apr_array_header_t *scopes; /* const char *: those that a Require asked for and did not find */
    const char *authorization;  /* the field, once OktaForwardToken took it off the request */
    bool seen_before;           /* the token is one that this process remembers */
    bool preflight;             /* a CORS preflight that is answered here */
    bool open;                  /* httpd lets everybody in and asks who it is for OktaAnonymous */
    bool authorizing;           /* our authorization hook is on the stack */
} okta_request;

/* The request's own state; NULL, or with make a new one. */
okta_request *okta_request_state(request_rec *r, bool make);

/* The verified claims for this request: its own, or those of the request that it came from
 * (subrequest, internal redirect) where both have the same per-directory configuration. NULL: none.
 * Borrowed, for the request. */
const okta_claims *okta_request_claims(const request_rec *r);

/* The state that holds them, or one without claims; NULL: none. */
const okta_request *okta_request_judged(const request_rec *r);

/* Whether AuthType Okta holds here. */
bool okta_request_is_ours(request_rec *r);

#endif
