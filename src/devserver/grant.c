/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/grant.h"

bool okta_dev_grant_refuse(okta_dev_grant *g, const char *error, const char *description)
{
    g->error = error;
    g->description = description;
    return false;
}

const char *okta_dev_grant_field(const okta_dev_grant *g, const char *name)
{
    return apr_hash_get(g->form, name, APR_HASH_KEY_STRING);
}
