/* SPDX-License-Identifier: Apache-2.0 */
/* OktaForwardToken Off: what serves a request does not get the client's token, by whichever way it
 * came. */
#ifndef OKTA_HTTPD_WITHHOLD_H
#define OKTA_HTTPD_WITHHOLD_H

#include <httpd.h>

/* fixups hook, before the administrator's RequestHeader: the field of requests that were let in
 * unasked, and whether mod_cache has been asked already. */
int okta_withhold_note_unasked(request_rec *r);

/* quick_handler and translate_name hooks: a redirected request begins with the field that the turn
 * before it had to do without, for it is judged anew, and caches go by it. */
int okta_withhold_end(request_rec *r);
int okta_withhold_end_quickly(request_rec *r, int lookup);

/* handler hook, before all but mod_cache's: take the field away, and what the
 * environment has of it. mod_cache is told all the same that there was one when it decides whether
 * to keep the answer. */
int okta_withhold_begin(request_rec *r);

#endif
