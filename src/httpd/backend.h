/* SPDX-License-Identifier: Apache-2.0 */
/* Claims as headers, for what serves the request. */
#ifndef OKTA_HTTPD_BACKEND_H
#define OKTA_HTTPD_BACKEND_H

#include <httpd.h>
#include <stdbool.h>

/* By it a back end learns what would be refused where OktaEnforce is Off. */
#define OKTA_WOULD_REFUSE_HEADER "X-Okta-Would-Refuse"

/* Whether a back end could take the two names for the same: CGI-like interfaces fold case and turn
 * every character but letters and digits into an underscore. */
bool okta_same_header(const char *a, const char *b);
bool okta_is_called(const char *name, size_t length, const char *header);

/* Whether that is so with this name and one that carries a claim anywhere in this configuration. */
bool okta_carries_claim(const char *header);

/* post_read_request hook: drop the client's own copies of headers that carry claims anywhere in
 * this configuration, in any spelling that a back end could take for them, and what would make a
 * proxy drop ours; of X-Okta-Would-Refuse always. */
int okta_scrub_headers(request_rec *r);

/* fixups hook: the headers of OktaClaimHeader; those that belong to another section's configuration
 * go. */
int okta_set_claim_headers(request_rec *r);

#endif
