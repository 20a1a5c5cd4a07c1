/* SPDX-License-Identifier: Apache-2.0 */
/* OktaTokenFrom: the ways by which a request brings its token. */
#ifndef OKTA_HTTPD_CREDENTIALS_H
#define OKTA_HTTPD_CREDENTIALS_H

#include "core/bearer.h"
#include "httpd/config.h"
#include "httpd/request.h"
#include "httpd/subprotocol.h"

#include <apr_tables.h>

/* What the client sent, as it came, whatever became of it in earlier turns of the request. */
typedef struct okta_brought {
    const char *authorization; /* fields; NULL: there is none */
    const char *proof;         /* DPoP */
    const char *cookie;        /* only where any place takes cookies */
    const apr_table_t *others; /* those of header:NAME in any place; NULL: none */
    const okta_subprotocol_token *websocket;
} okta_brought;

/* Why a cookie does not count: for caller and operator. */
#define OKTA_COOKIE_OF_OTHERS                                                                   \
    "The cookie counts only where the browser says by Sec-Fetch-Site or Origin that a page of " \
    "this server sends it"

/* The one token. */
typedef struct okta_credentials {
    okta_scheme scheme;
    const okta_token_way *way;
    const char *token; /* terminated */
    size_t length;
    const char *fault; /* what is wrong, for the log; NULL: what the reason says */
} okta_credentials;

/* Note what the request brings by the ways of this place as what is judged here; NULL: nothing. */
const okta_brought *okta_credentials_note(request_rec *r);

/* The turn of the request that was the last one to ask for it, from r on; NULL: none did. */
const okta_request *okta_credentials_asked(const request_rec *r);

/* Note it, and find the token: OKTA_OK, OKTA_TOKEN_MISSING, or OKTA_REQUEST_MALFORMED, also where
 * there are several. A cookie counts only for pages of this server. */
okta_reason okta_credentials_find(request_rec *r, bool with_dpop, okta_credentials *found);

/* What came by one way, scheme included; NULL: nothing. From pool, or borrowed. */
const char *okta_credentials_by(apr_pool_t *pool, const okta_brought *brought,
                                const okta_token_way *way);

/* The Cookie field without the tokens of these ways; "" when nothing is left. */
const char *okta_cookies_without(apr_pool_t *pool, const char *field,
                                 const apr_array_header_t *ways);

/* post_read_request hook: of fields that hold tokens anywhere in this configuration, spellings that
 * a back end could take for the field that was judged go. */
int okta_scrub_token_spellings(request_rec *r);

/* Whether a field that joins the header later could pass for a token that was judged. */
bool okta_carries_token(const char *header);

/* For people: "the cookie \"t\"". */
const char *okta_token_way_name(apr_pool_t *pool, const okta_token_way *way);

#endif
