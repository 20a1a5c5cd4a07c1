/* SPDX-License-Identifier: Apache-2.0 */
/* The options about the network, and the calls that wait for it. One thread. */
#ifndef OKTA_CLI_NETWORK_H
#define OKTA_CLI_NETWORK_H

#include "cli/options.h"
#include "fetch/discovery.h"

typedef struct okta_network {
    const char *proxy;
    const char *ca_file;
    int64_t timeout; /* seconds */
    bool insecure_http;
} okta_network;

#define OKTA_NETWORK_DEFAULT ((okta_network){NULL, NULL, 10, false})

enum {
    OKTA_OPTION_PROXY = OKTA_OPTION_FIRST + 100,
    OKTA_OPTION_CA,
    OKTA_OPTION_TIMEOUT,
    OKTA_OPTION_INSECURE_HTTP
};

/* clang-format off */
#define OKTA_NETWORK_OPTIONS \
    {"proxy", required_argument, NULL, OKTA_OPTION_PROXY}, \
    {"ca", required_argument, NULL, OKTA_OPTION_CA}, \
    {"timeout", required_argument, NULL, OKTA_OPTION_TIMEOUT}, \
    {"insecure-http", no_argument, NULL, OKTA_OPTION_INSECURE_HTTP}
/* clang-format on */

/* Lines of a --help about them. */
extern const char okta_network_help[];

/* Take in one of the options above with optarg. False after a complaint. */
bool okta_network_option(okta_network *network, int option);

/* Whether an issuer can be asked; complains of --issuer otherwise. */
bool okta_network_issuer_check(const okta_network *network, const char *issuer);

/* What a fetch by these options goes by. Borrows. */
okta_fetch_settings okta_network_settings(const okta_network *network);

/* One request, waited for; of its settings only max_bytes counts, where it is not 0. done is called
 * at most once. False, with the cause in error, when it
 * could not begin and done was not called. */
bool okta_network_fetch(const okta_network *network, okta_fetch_request *request,
                        okta_fetch_done_fn *done, void *baton, okta_error *error);

/* The same for a discovery. */
bool okta_network_discover(const okta_network *network, okta_discovery_request *request,
                           okta_discovery_done_fn *done, void *baton, okta_error *error);

#endif
