/* What the back end sees of the caller: claims as headers, and the token or not. */
#ifndef OKTA_HTTPD_BACKEND_H
#define OKTA_HTTPD_BACKEND_H

#include <httpd.h>

/* post_read_request hook: drop the client's own copies of headers that carry claims anywhere in
 * this configuration, in any spelling that a back end could take for them. */
int okta_scrub_headers(request_rec *r);

/* fixups hook: the headers of OktaClaimHeader; those that belong to another section's configuration
 * go. */
int okta_set_claim_headers(request_rec *r);

/* At the start of the handler phase: take Authorization away where OktaForwardToken is Off. */
void okta_withhold_token(request_rec *r);

/* The Authorization field of the request, also where okta_withhold_token took it away from an
 * earlier turn of it. NULL: none. */
const char *okta_authorization_of(const request_rec *r);

#endif
