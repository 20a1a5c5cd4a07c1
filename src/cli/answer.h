/* SPDX-License-Identifier: Apache-2.0 */
/* One answer of a server, kept to be looked at. One thread. */
#ifndef OKTA_CLI_ANSWER_H
#define OKTA_CLI_ANSWER_H

#include "cli/network.h"

/* Filled by okta_answer_get, released by okta_answer_clear. */
typedef struct okta_answer {
    bool answered;
    okta_error error; /* why not */
    long status;
    char *body; /* terminated, never NULL when answered */
    size_t length;
    char *head;
    int64_t max_age; /* as in okta_fetch_response */
    int64_t came_at; /* seconds since the epoch */
} okta_answer;

/* GET, or another method (NULL: GET), with further header lines. Redirects are answers. */
void okta_answer_get(okta_answer *answer, const okta_network *network, const char *url,
                     const char *method, okta_strings headers);

/* The value of a header into buffer[size], printable; "" for none. Returns buffer. */
const char *okta_answer_field(const okta_answer *answer, const char *name, char *buffer,
                              size_t size);

void okta_answer_clear(okta_answer *answer);

#endif
