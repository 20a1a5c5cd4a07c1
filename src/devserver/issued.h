/* SPDX-License-Identifier: Apache-2.0 */
/* What this server says of a token that it is shown: whether it is one of its own, and good. */
#ifndef OKTA_DEVSERVER_ISSUED_H
#define OKTA_DEVSERVER_ISSUED_H

#include <httpd.h>
#include <jansson.h>
#include <stdbool.h>

typedef struct {
    json_t *claims;          /* until r->pool is cleared */
    const char *signed_part; /* what was signed, by which it is revoked */
    apr_int64_t exp;
} okta_dev_issued;

/* True where the token is a signed one of this issuer's, by a published key, that is good now and
 * has not been revoked. An encrypted one is no such token: only the API has the key. */
bool okta_dev_issued_read(request_rec *r, const char *issuer, const char *token,
                          okta_dev_issued *issued);

#endif
