/* SPDX-License-Identifier: Apache-2.0 */
/* JSON on standard output, in ASCII: what a token says must not move the cursor of a terminal. */
#ifndef OKTA_CLI_OUTPUT_H
#define OKTA_CLI_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>

/* Print and release value, indented. False, with the complaint made, when out of memory. */
bool okta_print_json(json_t *value);

#endif
