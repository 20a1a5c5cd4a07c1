#include "core/release.h"

#include "config.h"

const char *okta_release(void)
{
    return "release " PACKAGE_VERSION;
}
