/* SPDX-License-Identifier: Apache-2.0 */
/* One token request: what it asks for, and what is known of it so far. */
#ifndef OKTA_DEVSERVER_GRANT_H
#define OKTA_DEVSERVER_GRANT_H

#include "devserver/config.h"
#include <apr_hash.h>
#include <jansson.h>

typedef struct {
    request_rec *r;
    const okta_dev_config *cfg;
    const char *issuer;
    apr_hash_t *form; /* char * to char *, those of the query as well */
    const okta_dev_client *client;
    json_t *scopes;          /* array of the granted scopes */
    const char *scope;       /* the same, joined by spaces */
    const char *jkt;         /* the key the token is bound to; NULL: a bearer token */
    const char *error;       /* what is wrong with the request, for the client */
    const char *description; /* set with error */
} okta_dev_grant;

/* NULL where the request has no such parameter. */
const char *okta_dev_grant_field(const okta_dev_grant *g, const char *name);

/* Sets error and description; false. */
bool okta_dev_grant_refuse(okta_dev_grant *g, const char *error, const char *description);

#endif
