/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of each command: getopt_long, with faults told in our words. One thread. */
#ifndef OKTA_CLI_OPTIONS_H
#define OKTA_CLI_OPTIONS_H

#include "core/algorithm.h"
#include "core/text.h"

#include <getopt.h>

/* What okta_option_next returns for long options; a command's own start at OKTA_OPTION_FIRST. */
enum { OKTA_OPTION_END = -1, OKTA_OPTION_FAULT = 256, OKTA_OPTION_FIRST };

/* The next option as getopt_long has it (optarg, optind). OKTA_OPTION_FAULT: an unknown option or a
 * value too many or too few, told on standard error without the value. */
int okta_option_next(int argc, char **argv, const struct option *options);

/* The same for a command that has options of one letter: letters, as getopt has them, without h. */
int okta_option_next_of(int argc, char **argv, const char *letters, const struct option *options);

/* A list of arguments, which it borrows. */
typedef struct okta_list {
    size_t count;
    const char **items;
} okta_list;

bool okta_list_add(okta_list *list, const char *item);
void okta_list_clear(okta_list *list);
okta_strings okta_list_strings(const okta_list *list);

/* Parse the value of an option. False, with the complaint made, when it has none of the meanings
 * allowed. */
bool okta_option_seconds(const char *option, const char *text, int64_t least, int64_t most,
                         int64_t *seconds);

/* Seconds since the epoch, or RFC 3339. */
bool okta_option_time(const char *option, const char *text, int64_t *seconds);

/* Names divided by commas or white space, or "all"; they are added to *set. */
bool okta_option_algorithms(const char *option, const char *text, okta_algorithm_set *set);

#endif
