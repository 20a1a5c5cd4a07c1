/* SPDX-License-Identifier: Apache-2.0 */
/* The form of a request to a token or introspection endpoint. One thread. */
#ifndef OKTA_CORE_FORM_H
#define OKTA_CORE_FORM_H

#include <stdbool.h>

/* A form being written: terminated, wiped when it moves or is cleared. Empty at first. */
typedef struct okta_form {
    char *text;
    bool failed; /* out of memory */
} okta_form;

/* Append name=value, encoded as application/x-www-form-urlencoded. */
void okta_form_add(okta_form *form, const char *name, const char *value);

void okta_form_clear(okta_form *form);

/* value so encoded, alone; NULL when out of memory. The caller wipes and frees with OPENSSL_free.
 */
char *okta_form_encode(const char *value);

#endif
