/* SPDX-License-Identifier: Apache-2.0 */
/* The answer to a call: what is printed of it, and what it means. One thread. */
#ifndef OKTA_CLI_CALL_ANSWER_H
#define OKTA_CLI_CALL_ANSWER_H

#include "fetch/fetch.h"

#include <stdbool.h>

typedef enum okta_call_parts {
    OKTA_CALL_STATUS_AND_BODY,
    OKTA_CALL_ALL, /* header lines, too */
    OKTA_CALL_BODY
} okta_call_parts;

/* To standard output. */
void okta_call_print(const okta_fetch_response *response, okta_call_parts parts);

/* The okta_exit that the answer of url stands for; says on standard error what may help. */
int okta_call_verdict(const okta_fetch_response *response, const char *url);

#endif
