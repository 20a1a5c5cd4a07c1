/* SPDX-License-Identifier: Apache-2.0 */
/* check: the keys of an issuer, published or in a file. One thread. */
#ifndef OKTA_CLI_CHECK_KEYS_H
#define OKTA_CLI_CHECK_KEYS_H

#include "cli/findings.h"
#include "cli/setup.h"

/* Those at an address; they are kept in issuer->keys. */
void okta_check_keys(okta_findings *findings, const okta_setup *setup, okta_setup_issuer *issuer,
                     const char *jwks_uri);

/* Those of OktaJwksFile, beside those that the issuer publishes, if it can be asked. */
void okta_check_jwks_file(okta_findings *findings, const okta_setup *setup,
                          okta_setup_issuer *issuer);

#endif
