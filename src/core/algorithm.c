/* SPDX-License-Identifier: Apache-2.0 */
#include "core/algorithm.h"

#include <string.h>

static const okta_algorithm algorithms[OKTA_ALGORITHM_COUNT] = {
    {OKTA_RS256, "RS256", OKTA_KEY_RSA, "SHA256", false, 0},
    {OKTA_RS384, "RS384", OKTA_KEY_RSA, "SHA384", false, 0},
    {OKTA_RS512, "RS512", OKTA_KEY_RSA, "SHA512", false, 0},
    {OKTA_PS256, "PS256", OKTA_KEY_RSA, "SHA256", true, 0},
    {OKTA_PS384, "PS384", OKTA_KEY_RSA, "SHA384", true, 0},
    {OKTA_PS512, "PS512", OKTA_KEY_RSA, "SHA512", true, 0},
    {OKTA_ES256, "ES256", OKTA_KEY_P256, "SHA256", false, 64},
    {OKTA_ES384, "ES384", OKTA_KEY_P384, "SHA384", false, 96},
    {OKTA_ES512, "ES512", OKTA_KEY_P521, "SHA512", false, 132},
    {OKTA_EDDSA, "EdDSA", OKTA_KEY_ED25519, NULL, false, 64},
};

const okta_algorithm *okta_algorithm_by_name(const char *name, size_t length)
{
    for (size_t i = 0; i < OKTA_ALGORITHM_COUNT; i++)
        if (strlen(algorithms[i].name) == length && memcmp(algorithms[i].name, name, length) == 0)
            return &algorithms[i];
    return NULL;
}

const okta_algorithm *okta_algorithm_by_id(okta_algorithm_id id)
{
    return &algorithms[id];
}
