/* SPDX-License-Identifier: Apache-2.0 */
/* Where a client secret comes from: a file, the environment or the terminal, never the command
 * line. One thread. */
#ifndef OKTA_CLI_SECRET_H
#define OKTA_CLI_SECRET_H

#include "cli/input.h"

/* At most one of the two. */
typedef struct okta_secret_source {
    const char *file;
    const char *variable; /* of the environment */
} okta_secret_source;

/* Read it. With an empty source: OKTA_CLIENT_SECRET, CLIENT_SECRET, then the terminal. False after
 * a complaint; okta_input_clear wipes it. */
bool okta_secret_read(okta_input *secret, const okta_secret_source *source);

#endif
