/* SPDX-License-Identifier: Apache-2.0 */
/* How far a connection to a server gets, step by step: for people who look for what is in its way.
 * Nothing is sent over it, and it is closed again. */
#ifndef OKTA_FETCH_REACH_H
#define OKTA_FETCH_REACH_H

#include "fetch/fetch.h"

/* The first step that failed. */
typedef enum okta_reach_step {
    OKTA_REACH_PROXY_NAME, /* the proxy's name has no address */
    OKTA_REACH_NAME,       /* the server's name has none */
    OKTA_REACH_CONNECT,    /* nobody answers at the address, be it the proxy's or the server's */
    OKTA_REACH_PROXY,      /* the proxy answers and does not let through */
    OKTA_REACH_TLS,        /* no handshake, whatever the certificate is */
    OKTA_REACH_DONE
} okta_reach_step;

typedef struct okta_reach {
    okta_reach_step step;
    okta_error error; /* why it went no further */
    bool by_proxy;    /* as the settings or the environment have it */
    char address[64]; /* of whom was connected to; "" for nobody */
    char *chain;      /* the certificates that the server sent, PEM, its own first; NULL: no TLS */
} okta_reach;

/* Connect to the server of a URL. Its certificate is fetched and not judged: that is the caller's
 * part. proxy, ca_file (for an https proxy) and timeout of the settings count. Waits. One thread.
 */
void okta_reach_try(okta_reach *reach, const char *url, const okta_fetch_settings *settings);

void okta_reach_clear(okta_reach *reach);

#endif
