/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/chroot.h"

#include <apr_strings.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <httpd.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unixd.h>

void okta_chroot_prepare(void)
{
    /* glibc loads this when a thread ends, as mod_watchdog's does, and aborts where it cannot.
     * Never closed: it is wanted until the process ends. */
    if (ap_unixd_config.chroot_dir)
        (void)dlopen("libgcc_s.so.1", RTLD_LAZY);
}

/* Only who starts as root changes its root. */
okta_sides okta_both_sides(apr_pool_t *pool, const char *path)
{
    const char *root = ap_unixd_config.chroot_dir;
    apr_size_t length = root ? strlen(root) : 0;

    while (length > 0 && root[length - 1] == '/')
        length--;
    if (length == 0 || geteuid() != 0)
        return (okta_sides){path, path};
    if (strncmp(path, root, length) == 0 && path[length] == '/')
        return (okta_sides){path, path + length};
    return (okta_sides){apr_pstrcat(pool, apr_pstrmemdup(pool, root, length), path, NULL), path};
}

/* As mod_unixd does in children. */
static bool give_up_rights(void)
{
    const char *root = ap_unixd_config.chroot_dir, *name = ap_unixd_config.user_name;
    const gid_t group = ap_unixd_config.group_id;

    if (root && (chdir(root) != 0 || chroot(root) != 0 || chdir("/") != 0))
        return false;
    if ((name && *name != '#' ? initgroups(name, group) : setgroups(1, &group)) != 0)
        return false;
    return setgid(group) == 0 && setuid(ap_unixd_config.user_id) == 0;
}

static int error_of_opening(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) < 0 ? errno : 0;
}

int okta_children_can_read(const char *inside)
{
    int status = 0;
    pid_t asker;

    if (geteuid() != 0)
        return access(inside, R_OK) == 0 ? 0 : errno;
    asker = fork();
    if (asker == 0)
        _exit(give_up_rights() ? error_of_opening(inside) : 0);
    while (asker > 0 && waitpid(asker, &status, 0) < 0)
        if (errno != EINTR)
            return 0;
    return asker > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}
