/* SPDX-License-Identifier: Apache-2.0 */
/* A JSON document as the answer. */
#ifndef OKTA_HTTPD_REPLY_H
#define OKTA_HTTPD_REPLY_H

#include <httpd.h>
#include <jansson.h>

/* Send json, whose reference it takes over; NULL (out of memory) makes it 503. Returns a handler's
 * result. */
int okta_reply_json(request_rec *r, json_t *json);

#endif
