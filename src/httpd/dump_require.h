/* SPDX-License-Identifier: Apache-2.0 */
/* The Require lines of a section as JSON, for the dump. */
#ifndef OKTA_HTTPD_DUMP_REQUIRE_H
#define OKTA_HTTPD_DUMP_REQUIRE_H

#include <httpd.h>

#include <http_config.h>
#include <jansson.h>

/* A new array: for each line its words, for each container an object whose one member is "any",
 * "all" or "none" and holds such an array. Of lines of other modules only the provider's name is
 * told: their words may be secrets. */
json_t *okta_dump_requires(apr_pool_t *pool, const ap_directive_t *node);

#endif
