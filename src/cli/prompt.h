/* SPDX-License-Identifier: Apache-2.0 */
/* A question on the terminal whose answer is not shown. One thread. */
#ifndef OKTA_CLI_PROMPT_H
#define OKTA_CLI_PROMPT_H

#include <stddef.h>

typedef enum okta_prompted {
    OKTA_PROMPT_ANSWERED,
    OKTA_PROMPT_UNANSWERED, /* an empty line, end of file or a signal */
    OKTA_PROMPT_NO_TERMINAL
} okta_prompted;

/* Ask on the controlling terminal, whatever standard input is, and read one line into
 * answer[size], without its line end. The terminal is left as it was found, after SIGINT too, which
 * does not end the program. The caller wipes answer. */
okta_prompted okta_prompt(const char *question, char *answer, size_t size);

#endif
