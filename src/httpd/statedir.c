/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/statedir.h"

#include "httpd/chroot.h"
#include "httpd/log.h"
#include "httpd/restart.h"

#include <apr_strings.h>
#include <errno.h>
#include <http_core.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unixd.h>

#define DIRECTORY_MODE (S_IRWXU)

static const char is_another_users[] = "it belongs to another user than httpd's children run as";

/* NULL: nowhere. From pconf. */
static okta_sides directory;

static apr_status_t forget(void *unused)
{
    (void)unused;
    directory = (okta_sides){NULL, NULL};
    return APR_SUCCESS;
}

const char *okta_statedir_of_parent(void)
{
    return directory.outside;
}

const char *okta_statedir_of_children(void)
{
    return directory.inside;
}

uid_t okta_child_user(void)
{
    return geteuid() == 0 ? ap_unixd_config.user_id : geteuid();
}

const char *okta_statedir_planned(apr_pool_t *pool)
{
    const char *configured = okta_registry_get()->global.state_dir;

    return okta_both_sides(pool, configured ? configured : ap_runtime_dir_relative(pool, "okta"))
        .outside;
}

/* Whose the directory is to be is for root to judge, and for the user that it already belongs to:
 * whoever else runs configtest may not be the one who starts httpd. */
static bool may_be_used_by_children(const struct stat *info)
{
    return info->st_uid == okta_child_user() ||
           (geteuid() != 0 && info->st_uid == ap_unixd_config.user_id);
}

/* Of a directory that is not there yet. */
static const char *fault_of_the_folder_above(apr_pool_t *pool, const char *path)
{
    const char *folder = ap_make_dirstr_parent(pool, path);
    struct stat info;

    if (stat(folder, &info) != 0)
        return errno == ENOENT || errno == ENOTDIR ? "the directory above it does not exist" : NULL;
    if (!S_ISDIR(info.st_mode))
        return "the directory above it does not exist";
    return geteuid() == 0 && access(folder, W_OK) != 0 ? "it cannot be made" : NULL;
}

/* A link could lead to what others may write to, by way of folders that are looked at nowhere. */
static const char *fault_of_kind(const struct stat *info)
{
    if (S_ISLNK(info->st_mode))
        return "it is no directory but a symbolic link";
    return S_ISDIR(info->st_mode) ? NULL : "it is no directory";
}

static const char *fault_of(apr_pool_t *pool, const char *path)
{
    struct stat info;

    if (lstat(path, &info) != 0)
        return errno == ENOENT ? fault_of_the_folder_above(pool, path) : NULL;
    if (fault_of_kind(&info))
        return fault_of_kind(&info);
    if (!may_be_used_by_children(&info))
        return geteuid() == 0 ? is_another_users : NULL;
    return info.st_mode & (S_IWGRP | S_IWOTH) ? "others may write to it" : NULL;
}

static const char *complaint(apr_pool_t *pool, const okta_sides *dir, const char *fault)
{
    const char *seen = strcmp(dir->inside, dir->outside) == 0
                           ? ""
                           : apr_psprintf(pool, " (\"%s\", in ChrootDir)", dir->outside);

    return apr_psprintf(pool,
                        "OktaStateDir \"%s\"%s: %s; name a directory that only that user may write "
                        "to",
                        okta_registry_get()->global.state_dir, seen, fault);
}

const char *okta_statedir_fault(apr_pool_t *pool)
{
    const char *configured = okta_registry_get()->global.state_dir, *fault;
    okta_sides dir;

    if (!configured)
        return NULL;
    dir = okta_both_sides(pool, configured);
    fault = fault_of(pool, dir.outside);
    return fault ? complaint(pool, &dir, fault) : NULL;
}

/* NULL when the directory can be used, else why not. One that was there already may be anybody's:
 * only what is ours by its name is given to another user. */
static const char *make_directory(const char *path, bool ours)
{
    uid_t owner = okta_child_user();
    bool made = mkdir(path, DIRECTORY_MODE) == 0;
    struct stat info;

    if (!made && errno != EEXIST)
        return errno == ENOENT ? "the directory above it does not exist" : "it cannot be made";
    if (lstat(path, &info) != 0)
        return "it is no directory";
    if (fault_of_kind(&info))
        return fault_of_kind(&info);
    if ((made || ours) && info.st_uid != owner &&
        lchown(path, owner, ap_unixd_config.group_id) != 0)
        return "it cannot be given to the user that httpd's children run as";
    if (lstat(path, &info) != 0 || info.st_uid != owner)
        return is_another_users;
    return info.st_mode & (S_IWGRP | S_IWOTH) ? "others may write to it" : NULL;
}

static bool is_needed(const okta_registry *registry)
{
    for (int i = 0; i < registry->issuers->nelts; i++)
        if (!APR_ARRAY_IDX(registry->issuers, i, okta_issuer *)->settings.jwks_file)
            return true;
    return false;
}

int okta_statedir_prepare(apr_pool_t *pconf, server_rec *server)
{
    const char *configured = okta_registry_get()->global.state_dir, *fault;
    okta_sides dir =
        okta_both_sides(pconf, configured ? configured : ap_runtime_dir_relative(pconf, "okta"));

    if (!configured && !is_needed(okta_registry_get()))
        return OK;
    fault = make_directory(dir.outside, !configured);
    if (!fault) {
        directory = dir;
        apr_pool_cleanup_register(pconf, NULL, forget, apr_pool_cleanup_null);
    } else if (!configured) {
        ap_log_error(APLOG_MARK, APLOG_INFO, 0, server,
                     OKTA_TAG_KEYS "\"%s\": %s; key sets are not kept over a cold start (see "
                                   "OktaStateDir)",
                     dir.outside, fault);
    } else {
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, server, OKTA_TAG_CONFIG "%s",
                     complaint(pconf, &dir, fault));
        return okta_ends_a_start(server, "no key set is kept over a cold start");
    }
    return OK;
}
