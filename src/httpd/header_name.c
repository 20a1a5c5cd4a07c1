/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/header_name.h"

#include "httpd/backend.h"

#include <string.h>

static const char token_characters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";

bool okta_is_token(const char *value)
{
    return *value && value[strspn(value, token_characters)] == '\0';
}

bool okta_is_reserved_header(const char *name)
{
    static const char *const names[] = {
        "Authorization",     "Host",   "Connection", "Content-Length",
        "Content-Type",      "Cookie", "DPoP",       "Expect",
        "Keep-Alive",        "Origin", "Proxy",      "Proxy-Authorization",
        "Proxy-Connection",  "Range",  "TE",         "Trailer",
        "Transfer-Encoding", "Upgrade"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (okta_same_header(names[i], name))
            return true;
    return false;
}
