/* Require okta-scope, okta-group, okta-client and okta-claim. */
#ifndef OKTA_HTTPD_REQUIREMENTS_H
#define OKTA_HTTPD_REQUIREMENTS_H

#include <httpd.h>
#include <stdbool.h>

/* Whether a provider of this name is one of them. */
bool okta_is_requirement(const char *provider);

/* At hook registration. */
void okta_register_requirements(apr_pool_t *pool);

#endif
