/* SPDX-License-Identifier: Apache-2.0 */
/* Require okta-scope, okta-group, okta-client and okta-claim. */
#ifndef OKTA_HTTPD_REQUIREMENTS_H
#define OKTA_HTTPD_REQUIREMENTS_H

#include <httpd.h>

#include <mod_auth.h>
#include <stdbool.h>

/* Whether a provider of this name is one of them. */
bool okta_is_requirement(const char *provider);

/* The providers, as httpd gets them; the last one has no name. */
typedef struct okta_requirement {
    const char *name;
    const authz_provider *provider;
} okta_requirement;

extern const okta_requirement okta_requirements[];

#endif
