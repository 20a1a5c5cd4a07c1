/* SPDX-License-Identifier: Apache-2.0 */
/* What okta-token says on standard error, and its exit codes. One thread. */
#ifndef OKTA_CLI_MESSAGE_H
#define OKTA_CLI_MESSAGE_H

#include "core/text.h"

typedef enum okta_exit {
    OKTA_EXIT_GOOD = 0,
    OKTA_EXIT_REFUSED = 1,
    OKTA_EXIT_TROUBLE = 2 /* usage, no keys, no answer: nothing was judged */
} okta_exit;

/* Print "okta-token: …" as one line of printable text. Returns false, for `return
 * okta_complain(…)`. */
bool okta_complain(const char *format, ...) OKTA_PRINTF(1, 2);

/* The same for what is no fault. */
void okta_tell(const char *format, ...) OKTA_PRINTF(1, 2);

/* The same for what stops nothing. */
void okta_warn(const char *format, ...) OKTA_PRINTF(1, 2);

/* A value of the command line for a message: printable, cut, and left out where it could be a token
 * or a secret. Returns buffer. */
const char *okta_shown(char *buffer, size_t size, const char *value);

/* Turn directives in a message of the layers below into options. */
void okta_reword(okta_error *error);

#endif
