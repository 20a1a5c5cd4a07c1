/* SPDX-License-Identifier: Apache-2.0 */
#include "core/release.h"

#include "config.h"

const char *okta_release(void)
{
    return "release " PACKAGE_VERSION;
}
