/* SPDX-License-Identifier: Apache-2.0 */
/* verify's command line, and the policy it makes. One thread. */
#ifndef OKTA_CLI_EXPECTATION_H
#define OKTA_CLI_EXPECTATION_H

#include "cli/network.h"
#include "cli/private_keys.h"
#include "cli/proof_case.h"
#include "core/policy.h"
#include "core/thumbprint.h"

/* Borrows the strings of the command line; released by okta_expectation_clear. */
typedef struct okta_expectation {
    okta_list issuers;
    okta_list audiences;
    okta_list clients;
    okta_algorithm_set algorithms;
    int64_t skew;
    int64_t at; /* -1: now */
    bool at_jwt_only;
    bool signature_only;
    bool json;
    bool default_audience; /* audiences holds OktaAudience's default */
    const char *jwks;
    char certificate[OKTA_THUMBPRINT_LENGTH + 1]; /* thumbprint; "": none is given */
    int64_t max_age;                              /* seconds; 0: any */
    const char *revocations;                      /* a file; NULL: none */
    okta_private_keys private_keys;
    okta_proof_case proof;
    okta_network network;
} okta_expectation;

typedef enum okta_parsed { OKTA_PARSED, OKTA_PARSED_HELP, OKTA_PARSED_FAULT } okta_parsed;

/* Read the options up to optind and judge them together. OKTA_PARSED_FAULT after a complaint;
 * okta_expectation_clear is due in every case. */
okta_parsed okta_expectation_parse(okta_expectation *expectation, int argc, char **argv);

/* Borrows from expectation. */
okta_policy okta_expectation_policy(const okta_expectation *expectation);

void okta_expectation_clear(okta_expectation *expectation);

#endif
