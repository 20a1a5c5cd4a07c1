/* SPDX-License-Identifier: Apache-2.0 */
/* Lists as people write them out of habit, with commas, blanks and "AND", where httpd wants words
 * with a space between them. What would be taken for a part of a name can never hold. */
#ifndef OKTA_HTTPD_WORDS_H
#define OKTA_HTTPD_WORDS_H

#include <httpd.h>

#include <http_config.h>

/* What the words of a line are. */
typedef enum okta_word_kind {
    OKTA_WORDS_SCOPES, /* no blanks, no commas */
    OKTA_WORDS_NAMES,  /* no commas, but in quotes */
    OKTA_WORDS_TEXTS   /* groups, values of claims: commas within */
} okta_word_kind;

/* Of one value of a directive that takes a list of names: NULL, or what is wrong with it and what
 * to write. While the configuration is read. */
const char *okta_name_fault(const cmd_parms *cmd, const char *value);

/* The same for the words of a Require line; from pool. */
const char *okta_words_fault(apr_pool_t *pool, const char *line, okta_word_kind kind);

#endif
