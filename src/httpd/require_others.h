/* SPDX-License-Identifier: Apache-2.0 */
/* httpd's own providers that ask who it is, or for claims (`expr`, `user`, `group`), held to the
 * same rule as those of the module. */
#ifndef OKTA_HTTPD_REQUIRE_OTHERS_H
#define OKTA_HTTPD_REQUIRE_OTHERS_H

#include <httpd.h>

/* Put ourselves between httpd and those providers. What they say of a caller that is known, or
 * where no AuthType Okta holds, goes through unchanged. At pre_config, before the first Require is
 * read; until pconf ends. */
void okta_wrap_providers(apr_pool_t *pconf);

/* The expression that is being parsed with this temporary pool asks for a claim. */
void okta_require_asks(apr_pool_t *ptemp);

#endif
