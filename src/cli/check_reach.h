/* SPDX-License-Identifier: Apache-2.0 */
/* check: the way to a server, from its name to its certificate. One thread. */
#ifndef OKTA_CLI_CHECK_REACH_H
#define OKTA_CLI_CHECK_REACH_H

#include "cli/findings.h"
#include "cli/network.h"

/* Borrowed for the call. */
typedef struct okta_way {
    const char *url;
    const okta_network *network;
    bool proxy_credentials; /* the proxy has a user and a password that are not known here */
    bool of_httpd;          /* it is httpd's way, which does not go by the environment */
    /* directives or options, for remedies */
    const char *host_word;
    const char *proxy_word;
    const char *ca_word;
    const char *unanswered; /* the remedy where nobody answers; NULL: that of a firewall */
} okta_way;

/* False: nothing can be asked of the server. */
bool okta_check_reach(okta_findings *findings, const okta_way *way);

#endif
