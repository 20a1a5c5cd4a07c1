/* SPDX-License-Identifier: Apache-2.0 */
/* configtest's judgment of Require lines, and of expressions that ask for claims. */
#ifndef OKTA_HTTPD_CHECK_REQUIRE_H
#define OKTA_HTTPD_CHECK_REQUIRE_H

#include "httpd/judge.h"

/* Complains of negations that could keep nobody out and of expressions that are decided before
 * anybody is known; collects the senses of aliases. */
void okta_check_require(okta_judge *judge);

#endif
