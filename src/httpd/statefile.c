#include "httpd/statefile.h"

#include "core/issuer.h"
#include "httpd/keystore.h"
#include "httpd/log.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <http_core.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unixd.h>

#define DIRECTORY_MODE (S_IRWXU)
#define FILE_MODE (S_IRUSR | S_IWUSR)
#define NAME_DIGEST_BYTES 16
#define CLOCK_TOLERANCE apr_time_from_sec(60)

/* Where state files are; NULL: nowhere. From pconf. */
static const char *directory;

static apr_status_t forget(void *unused)
{
    (void)unused;
    directory = NULL;
    return APR_SUCCESS;
}

/* NULL when the directory can be used, else why not. */
static const char *make_directory(const char *path, apr_pool_t *pool)
{
    uid_t owner = geteuid() == 0 ? ap_unixd_config.user_id : geteuid();
    struct stat info;

    if (apr_dir_make_recursive(path, APR_FPROT_UREAD | APR_FPROT_UWRITE | APR_FPROT_UEXECUTE,
                               pool) != APR_SUCCESS)
        return "it cannot be made";
    if (lstat(path, &info) != 0 || !S_ISDIR(info.st_mode))
        return "it is no directory";
    if (info.st_uid == geteuid() && info.st_uid != owner &&
        chown(path, owner, ap_unixd_config.group_id) != 0)
        return "it cannot be given to the user that httpd's children run as";
    if (lstat(path, &info) != 0 || info.st_uid != owner)
        return "it belongs to another user than httpd's children run as";
    if (info.st_mode & (S_IWGRP | S_IWOTH))
        return "others may write to it";
    return chmod(path, DIRECTORY_MODE) == 0 ? NULL : "its mode cannot be set";
}

static bool is_needed(const okta_registry *registry)
{
    for (int i = 0; i < registry->issuers->nelts; i++)
        if (!APR_ARRAY_IDX(registry->issuers, i, okta_issuer *)->settings.jwks_file)
            return true;
    return false;
}

int okta_statefile_prepare(apr_pool_t *pconf, server_rec *server)
{
    const char *configured = okta_registry_get()->global.state_dir;
    const char *path = configured ? configured : ap_runtime_dir_relative(pconf, "okta");
    const char *fault;

    if (!configured && !is_needed(okta_registry_get()))
        return OK;
    fault = make_directory(path, pconf);
    apr_pool_cleanup_register(pconf, NULL, forget, apr_pool_cleanup_null);
    directory = fault ? NULL : path;
    if (fault && configured) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, server,
                     OKTA_TAG_CONFIG
                     "OktaStateDir \"%s\": %s; name a directory that only that user may "
                     "write to",
                     path, fault);
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    if (fault)
        ap_log_error(APLOG_MARK, APLOG_INFO, 0, server,
                     OKTA_TAG_KEYS "\"%s\": %s; key sets are not kept over a cold start (see "
                                   "OktaStateDir)",
                     path, fault);
    return OK;
}

static char *path_of(const okta_issuer *issuer, const char *suffix, char *path, size_t size)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char name[2 * NAME_DIGEST_BYTES + 1];

    SHA256((const unsigned char *)issuer->url, strlen(issuer->url), digest);
    for (int i = 0; i < NAME_DIGEST_BYTES; i++)
        apr_snprintf(name + 2 * (size_t)i, 3, "%02x", digest[i]);
    apr_snprintf(path, size, "%s/keys-%s.json%s", directory, name, suffix);
    return path;
}

static char *read_file(const char *path, size_t max_bytes, size_t *length)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    struct stat info;
    char *text = NULL;
    ssize_t got = -1;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && !(info.st_mode & (S_IWGRP | S_IWOTH)) &&
        info.st_size > 0 && (size_t)info.st_size <= max_bytes)
        text = malloc((size_t)info.st_size);
    if (text)
        got = read(fd, text, (size_t)info.st_size);
    close(fd);
    if (got != info.st_size) {
        free(text);
        return NULL;
    }
    *length = (size_t)got;
    return text;
}

/* The file has to come from where the keys would come from today. */
static bool origin_is_right(const okta_issuer *issuer, const okta_snapshot *snapshot)
{
    const char *configured = issuer->settings.jwks_uri;

    if (configured)
        return strcmp(configured, snapshot->jwks_uri) == 0;
    return okta_same_origin(issuer->url, snapshot->jwks_uri);
}

void okta_statefile_load(const okta_issuer *issuer, apr_pool_t *ptemp)
{
    okta_slot_state *state = okta_shared_of(issuer)->state;
    char path[APR_PATH_MAX];
    okta_snapshot snapshot;
    okta_error error = {""};
    apr_time_t fetched_at;
    size_t length;
    char *text;

    (void)ptemp;
    if (!directory)
        return;
    text = read_file(path_of(issuer, "", path, sizeof(path)),
                     okta_slot_capacity(okta_shared_of(issuer)->keys), &length);
    if (!text)
        return;
    if (!okta_snapshot_decode(&snapshot, text, length, issuer->url, &error)) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, issuer->server,
                     OKTA_TAG_KEYS "\"%s\" is left alone: %s", path, error.text);
        free(text);
        return;
    }
    fetched_at = apr_time_from_sec(snapshot.fetched_at);
    if (origin_is_right(issuer, &snapshot) && fetched_at <= apr_time_now() + CLOCK_TOLERANCE) {
        okta_keystore_set_times(issuer, fetched_at, snapshot.max_age);
        if (state->usable_until > apr_time_now() &&
            okta_keystore_publish(issuer, &snapshot, text, length, &error))
            ap_log_error(APLOG_MARK, APLOG_INFO, 0, issuer->server,
                         OKTA_TAG_KEYS "issuer \"%s\": %lu keys from \"%s\"", issuer->url,
                         (unsigned long)okta_keyset_count(snapshot.keys), path);
        else
            state->fetched_at = state->fresh_until = state->usable_until = state->next_refresh = 0;
    }
    okta_snapshot_clear(&snapshot);
    free(text);
}

static bool write_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, text, length);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        text += written;
        length -= (size_t)written;
    }
    return true;
}

/* All or nothing: a reader sees the old file or the new one. */
static bool replace_file(const okta_issuer *issuer, const char *text)
{
    char path[APR_PATH_MAX], fresh[APR_PATH_MAX];
    bool good;
    int fd;

    path_of(issuer, "", path, sizeof(path));
    path_of(issuer, ".new", fresh, sizeof(fresh));
    unlink(fresh);
    fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (fd < 0)
        return false;
    good = write_all(fd, text, strlen(text)) && fsync(fd) == 0;
    good = close(fd) == 0 && good;
    if (good && rename(fresh, path) == 0)
        return true;
    unlink(fresh);
    return false;
}

void okta_statefile_save(const okta_issuer *issuer, int64_t max_age)
{
    const okta_shared *shared = okta_shared_of(issuer);
    okta_snapshot snapshot;
    char *published, *text = NULL;
    uint32_t generation;
    size_t length;

    if (!directory || !okta_keystore_snapshot(issuer, &snapshot))
        return;
    snapshot.fetched_at = apr_time_sec(shared->state->fetched_at);
    snapshot.max_age = max_age;
    published = malloc(okta_slot_capacity(shared->keys));
    if (published && okta_slot_read(shared->keys, published, &length, &generation))
        text = okta_snapshot_encode(&snapshot, published, length);
    if (!text || !replace_file(issuer, text))
        ap_log_error(APLOG_MARK, APLOG_WARNING, errno, issuer->server,
                     OKTA_TAG_KEYS
                     "issuer \"%s\": its keys cannot be written to \"%s\"; a cold start "
                     "will not have them",
                     issuer->url, directory);
    free(text);
    free(published);
    okta_snapshot_clear(&snapshot);
}
