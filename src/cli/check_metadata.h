/* SPDX-License-Identifier: Apache-2.0 */
/* check: both discovery documents of an issuer, and its clock. One thread. */
#ifndef OKTA_CLI_CHECK_METADATA_H
#define OKTA_CLI_CHECK_METADATA_H

#include "cli/answer.h"
#include "cli/findings.h"
#include "cli/setup.h"

/* The addresses that they lead to. */
typedef struct okta_endpoints {
    char jwks_uri[1024];
    char introspection[1024]; /* "": they name none */
} okta_endpoints;

/* False: they do not lead to keys. */
bool okta_check_metadata(okta_findings *findings, const okta_setup *setup,
                         const okta_setup_issuer *issuer, okta_endpoints *endpoints);

/* Whether the server that gave the answer has our time. */
void okta_check_clock(okta_findings *findings, const okta_setup *setup, const okta_answer *answer);

/* Whether a URL's host is one that Okta gives to organizations. */
bool okta_is_of_okta(const char *url);

#endif
