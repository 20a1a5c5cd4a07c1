/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a Require lets in or keeps out whom it holds for. */
#ifndef OKTA_HTTPD_NEGATION_H
#define OKTA_HTTPD_NEGATION_H

#include <httpd.h>

#include <http_config.h>
#include <stdbool.h>

typedef enum okta_sense {
    OKTA_SENSE_UNKNOWN, /* an alias that is used in both ways, or that a .htaccess file may use */
    OKTA_SENSE_LETS_IN,
    OKTA_SENSE_KEEPS_OUT, /* an odd number of `not` and <RequireNone> around it */
    OKTA_SENSE_OF_ALIAS   /* stands in an <AuthzProviderAlias>: each use of the alias decides */
} okta_sense;

/* How many `not` and <RequireNone> hold for the line. */
int okta_negations_of(const ap_directive_t *line);

/* Of the Require line or alias that is being parsed. */
okta_sense okta_sense_parsed(const cmd_parms *cmd);

/* Of the Require that httpd is evaluating for the request; never OKTA_SENSE_OF_ALIAS. */
okta_sense okta_sense_of(const request_rec *r, okta_sense parsed);

/* Note in the registry in which sense each provider is used, from node on. At check_config. */
void okta_senses_collect(const ap_directive_t *node);

/* The provider of a Require line (its `not` left out), and what stands behind it; from pool. */
const char *okta_provider_of(apr_pool_t *pool, const ap_directive_t *line, const char **arguments);

/* Whether a .htaccess file may have a say in who gets in: it has a Require, or sections. */
bool okta_htaccess_requires(const request_rec *r);

#endif
