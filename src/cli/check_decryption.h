/* SPDX-License-Identifier: Apache-2.0 */
/* check: the private keys for encrypted tokens. One thread. */
#ifndef OKTA_CLI_CHECK_DECRYPTION_H
#define OKTA_CLI_CHECK_DECRYPTION_H

#include "cli/findings.h"
#include "cli/setup.h"

/* Read the files that OktaDecryptionKey names for an issuer, and tell of their keys, by kid and
 * size. They stay with the issuer, for okta_check_token. */
void okta_check_decryption(okta_findings *findings, okta_setup_issuer *issuer);

#endif
