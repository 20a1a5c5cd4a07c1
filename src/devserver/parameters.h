/* SPDX-License-Identifier: Apache-2.0 */
/* The parameters of a token request: of the form in its body, and a few of its query. */
#ifndef OKTA_DEVSERVER_PARAMETERS_H
#define OKTA_DEVSERVER_PARAMETERS_H

#include <apr_hash.h>
#include <httpd.h>

/* Reads the body. Returns NULL and sets *parameters, char * names to char * values, in r->pool; or
 * the description of what is wrong, for the client. */
const char *okta_dev_parameters_read(request_rec *r, apr_hash_t **parameters);

#endif
