/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/chroot.h"

#include <dlfcn.h>
#include <httpd.h>
#include <unixd.h>

void okta_chroot_prepare(void)
{
    /* glibc loads this when a thread ends, as mod_watchdog's does, and aborts where it cannot.
     * Never closed: it is wanted until the process ends. */
    if (ap_unixd_config.chroot_dir)
        (void)dlopen("libgcc_s.so.1", RTLD_LAZY);
}
