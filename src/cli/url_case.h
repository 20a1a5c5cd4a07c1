/* SPDX-License-Identifier: Apache-2.0 */
/* A running server that check asks. */
#ifndef OKTA_CLI_URL_CASE_H
#define OKTA_CLI_URL_CASE_H

#include "cli/input.h"
#include "cli/setup.h"

/* Borrows. */
typedef struct okta_url_case {
    const char *url;               /* of a protected resource */
    const char *origin;            /* of a page that calls it; NULL: none */
    const char *method;            /* that the page wants */
    const okta_setup_place *place; /* whose it is; NULL: not known */
    const okta_input *token;       /* NULL: none */
    bool good;                     /* the token was found to be good for it */
    okta_network network;
} okta_url_case;

#endif
