/* SPDX-License-Identifier: Apache-2.0 */
#include "core/key_wrapping.h"

#include <string.h>

static const okta_key_wrapping wrappings[] = {
    {"RSA-OAEP", "SHA1"},
    {"RSA-OAEP-256", "SHA256"},
    {"RSA-OAEP-384", "SHA384"},
    {"RSA-OAEP-512", "SHA512"},
};

const okta_key_wrapping *okta_key_wrapping_by_name(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof(wrappings) / sizeof(wrappings[0]); i++)
        if (strlen(wrappings[i].name) == length && memcmp(wrappings[i].name, name, length) == 0)
            return &wrappings[i];
    return NULL;
}
