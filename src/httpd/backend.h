/* What the back end sees of the caller: claims as headers, and the token or not. */
#ifndef OKTA_HTTPD_BACKEND_H
#define OKTA_HTTPD_BACKEND_H

#include <httpd.h>
#include <stdbool.h>

/* Whether a back end could take the two names for the same: CGI-like interfaces fold case and turn
 * every character but letters and digits into an underscore. */
bool okta_same_header(const char *a, const char *b);

/* post_read_request hook: drop the client's own copies of headers that carry claims anywhere in
 * this configuration, in any spelling that a back end could take for them, and what would make a
 * proxy drop ours. */
int okta_scrub_headers(request_rec *r);

/* fixups hook: the headers of OktaClaimHeader; those that belong to another section's configuration
 * go. */
int okta_set_claim_headers(request_rec *r);

/* insert_filter hook, and registration of the filter that does the same once more when the body's
 * trailers have joined the header. */
void okta_guard_trailers(request_rec *r);
void okta_register_trailer_filter(void);

/* At the start of the handler phase: take Authorization away where OktaForwardToken is Off. */
void okta_withhold_token(request_rec *r);

/* The Authorization field of the request, also where okta_withhold_token took it away from an
 * earlier turn of it. NULL: none. */
const char *okta_authorization_of(const request_rec *r);

#endif
