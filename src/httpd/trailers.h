/* SPDX-License-Identifier: Apache-2.0 */
/* Trailers of a request, which MergeTrailers makes header fields of when the body ends: after the
 * verdict, and before some back ends get the header. */
#ifndef OKTA_HTTPD_TRAILERS_H
#define OKTA_HTTPD_TRAILERS_H

#include <httpd.h>

/* insert_filter hook: nothing of a trailer joins the header that could pass for a claim, take one
 * away, or replace the credentials that were judged. */
void okta_guard_trailers(request_rec *r);

void okta_register_trailer_filter(void);

#endif
