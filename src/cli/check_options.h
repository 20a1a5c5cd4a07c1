/* SPDX-License-Identifier: Apache-2.0 */
/* check's command line, and the setup that it describes where there is no configuration. One
 * thread. */
#ifndef OKTA_CLI_CHECK_OPTIONS_H
#define OKTA_CLI_CHECK_OPTIONS_H

#include "cli/expectation.h"
#include "cli/findings.h"
#include "cli/httpd_dump.h"
#include "cli/input.h"

/* Borrows the strings of the command line; released by okta_check_options_clear. */
typedef struct okta_check_options {
    okta_httpd httpd; /* config NULL: the issuers below */
    okta_list issuers;
    okta_list audiences;
    okta_list clients;
    okta_algorithm_set algorithms;
    int64_t skew;
    const char *url;
    const char *origin;
    const char *method;
    const char *token_file; /* "-": standard input; NULL: no token */
    bool json;
    bool of_httpd_given; /* an option that goes with config */
    okta_network network;
} okta_check_options;

okta_parsed okta_check_options_parse(okta_check_options *options, int argc, char **argv);
void okta_check_options_help(void);

/* The token that was named. False after a complaint. */
bool okta_check_options_token(const okta_check_options *options, okta_input *token);

/* Make a setup of the options. An issuer that cannot be one is a finding. False after a complaint.
 */
bool okta_check_options_setup(okta_check_options *options, okta_findings *findings,
                              okta_setup *setup);

/* A proxy of the command line stands in place of the configuration's. */
void okta_check_options_override(const okta_check_options *options, okta_setup *setup);

void okta_check_options_clear(okta_check_options *options);

#endif
