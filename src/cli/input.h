/* SPDX-License-Identifier: Apache-2.0 */
/* Reading tokens and files. One thread. */
#ifndef OKTA_CLI_INPUT_H
#define OKTA_CLI_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Bytes that may be secret: terminated, wiped by okta_input_clear. */
typedef struct okta_input {
    char *bytes;
    size_t length;
} okta_input;

/* The token from the arguments left after the options: one, or standard input for none and for "-".
 * White space around standard input is cut off; an argument is taken as it is. False, with the
 * complaint made, for several arguments and where nothing can be read. */
bool okta_input_token(okta_input *input, int count, char **arguments);

/* Cut off the white space around it. */
void okta_input_trim(okta_input *input);

/* A whole file; name stands for it in complaints. */
bool okta_input_file(okta_input *input, const char *path, const char *name);

/* The rest of an open file. */
bool okta_input_stream(okta_input *input, FILE *file, const char *name);

/* The access token that goes with a proof: from path, or from standard input where that is NULL,
 * with the white space around it cut off. False, with the complaint made, where it is none that a
 * header can carry. */
bool okta_input_bound_token(okta_input *input, const char *path);

void okta_input_clear(okta_input *input);

#endif
