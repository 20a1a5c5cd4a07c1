/* SPDX-License-Identifier: Apache-2.0 */
#include "core/same_origin.h"

#include <string.h>

/* Browsers write an origin in normal form as well. */
static bool is_own(const char *origin, const char *own)
{
    const char *host = own ? strstr(own, "://") : NULL;
    size_t length;

    if (!origin || !host)
        return false;
    length = (size_t)(host - own) + 3;
    length += strcspn(own + length, "/?#");
    return strlen(origin) == length && strncmp(origin, own, length) == 0;
}

bool okta_is_same_origin(const okta_caller *caller)
{
    if (!caller->site)
        return is_own(caller->origin, caller->own);
    if (strcmp(caller->site, "same-origin") == 0)
        return true;
    /* typed in, or from a bookmark */
    return strcmp(caller->site, "none") == 0 &&
           (caller->is_safe || is_own(caller->origin, caller->own));
}
