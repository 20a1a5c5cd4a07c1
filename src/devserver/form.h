/* The form in the body of a token request. */
#ifndef OKTA_DEVSERVER_FORM_H
#define OKTA_DEVSERVER_FORM_H

#include <apr_hash.h>
#include <httpd.h>

/* Reads the body. Returns NULL and sets *form, char * names to char * values, in r->pool; or the
 * description of what is wrong, for the client. */
const char *okta_dev_form_read(request_rec *r, apr_hash_t **form);

#endif
