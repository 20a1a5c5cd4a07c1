/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/statefile.h"

#include "core/issuer.h"
#include "core/monotonic.h"
#include "httpd/event.h"
#include "httpd/keystore.h"
#include "httpd/statedir.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAME_DIGEST_BYTES 16
#define CLOCK_TOLERANCE apr_time_from_sec(60)
/* Microseconds until a write that has not ended counts as failed, and from a failure to the next
 * try. */
#define WRITE_PATIENCE 10000000
#define RETRY_PAUSE 5000000
#define MOMENT 50000 /* microseconds that a refresh waits for its file, where files go well */

void okta_statefile_path(const okta_issuer *issuer, const char *directory, const char *suffix,
                         char *path, size_t size)
{
    unsigned char digest[EVP_MAX_MD_SIZE] = {0};
    char name[2 * NAME_DIGEST_BYTES + 1];

    /* a name, no more: what the file says of its issuer decides */
    EVP_Q_digest(NULL, "SHA256", NULL, issuer->url, strlen(issuer->url), digest, NULL);
    for (int i = 0; i < NAME_DIGEST_BYTES; i++)
        apr_snprintf(name + 2 * (size_t)i, 3, "%02x", digest[i]);
    apr_snprintf(path, size, "%s/keys-%s.json%s", directory, name, suffix);
}

/* Why we do not read what others may have written; NULL: nothing is wrong. */
static const char *fault_of(const struct stat *info, size_t max_bytes)
{
    if (!S_ISREG(info->st_mode))
        return "it is no regular file";
    if (info->st_uid != okta_child_user() && info->st_uid != geteuid())
        return "it belongs to another user";
    if (info->st_mode & (S_IWGRP | S_IWOTH))
        return "others may write to it";
    if (info->st_size <= 0)
        return "it is empty";
    return (size_t)info->st_size > max_bytes ? "it is too large" : NULL;
}

/* The whole file. NULL with the fault, or without one when there is no such file. */
static char *read_file(const char *path, size_t max_bytes, size_t *length, const char **fault)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    struct stat info;
    char *text = NULL;
    ssize_t got = -1;

    *fault = NULL;
    if (fd < 0) {
        *fault = errno == ENOENT  ? NULL
                 : errno == ELOOP ? "it is a symbolic link"
                                  : "it cannot be opened";
        return NULL;
    }
    *fault = fstat(fd, &info) == 0 ? fault_of(&info, max_bytes) : "it cannot be looked at";
    if (!*fault)
        text = malloc((size_t)info.st_size);
    if (text)
        got = read(fd, text, (size_t)info.st_size);
    close(fd);
    if (!*fault && got != info.st_size) {
        *fault = "it cannot be read";
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

/* Publish what the file has if it is fit for that; otherwise the reason why not, from ptemp or
 * static. */
static const char *publish(const okta_issuer *issuer, const okta_snapshot *snapshot,
                           apr_pool_t *ptemp)
{
    const okta_key_times times = okta_key_times_of(
        &issuer->limits, apr_time_from_sec(snapshot->fetched_at), snapshot->max_age, okta_jitter());
    okta_error error = {""};

    if (!origin_is_right(issuer, snapshot))
        return apr_psprintf(ptemp, "its keys came from %s", snapshot->jwks_uri);
    if (strcmp(snapshot->trust, issuer->trust.text) != 0)
        return apr_psprintf(ptemp,
                            "its keys were fetched under other settings (%s) than today's (%s)",
                            snapshot->trust, issuer->trust.text);
    if (times.fetched_at > apr_time_now() + CLOCK_TOLERANCE)
        return "it was written in the future";
    if (times.usable_until <= apr_time_now())
        return "its keys are older than OktaKeyMaxStale allows";
    if (!okta_keystore_publish(issuer, 0, snapshot, &error))
        return apr_pstrdup(ptemp, error.text);
    okta_schedule_restore(okta_shared_of(issuer)->schedule, &times);
    return NULL;
}

void okta_statefile_load(const okta_issuer *issuer, apr_pool_t *ptemp)
{
    const char *directory = okta_statedir_of_parent();
    char path[APR_PATH_MAX];
    okta_snapshot snapshot;
    okta_keyset *keys;
    okta_error error = {""};
    const char *fault = NULL;
    size_t length;
    char *text;

    if (!directory)
        return;
    okta_statefile_path(issuer, directory, "", path, sizeof(path));
    text = read_file(path, okta_slot_capacity(okta_shared_of(issuer)->keys), &length, &fault);
    if (!text && !fault)
        return;
    if (text && okta_snapshot_decode(&snapshot, text, length, issuer->url, &error)) {
        keys = okta_keyset_from_jwks(snapshot.jwks, NULL, NULL, &error);
        fault = keys ? publish(issuer, &snapshot, ptemp) : error.text;
        if (!fault)
            okta_event_of_issuer(issuer, OKTA_EVENT_STATE_LOADED, 0,
                                 "issuer \"%s\": %lu keys from \"%s\"", issuer->url,
                                 (unsigned long)okta_keyset_count(keys), path);
        okta_keyset_unref(keys);
        okta_snapshot_clear(&snapshot);
    } else if (text) {
        fault = error.text;
    }
    if (fault)
        okta_event_of_issuer(issuer, OKTA_EVENT_STATE_REFUSED, 0,
                             "issuer \"%s\": the keys in \"%s\" are not used: %s", issuer->url,
                             path, fault);
    free(text);
}

/* What the slot has, as text with its times. NULL when out of memory. The caller frees. */
static char *current_text(const okta_issuer *issuer, int64_t max_age)
{
    okta_snapshot snapshot;
    char *text;

    if (!okta_keystore_snapshot(issuer, &snapshot))
        return NULL;
    snapshot.fetched_at = apr_time_sec(okta_shared_of(issuer)->schedule->fetched_at);
    snapshot.max_age = max_age;
    text = okta_snapshot_encode(&snapshot);
    okta_snapshot_clear(&snapshot);
    return text;
}

static void note_outcome(const okta_issuer *issuer, okta_saving *saving, int fault)
{
    const char *directory = okta_statedir_of_children();
    bool failed = fault != 0;

    if (failed && !saving->failed)
        okta_event_of_issuer(issuer, OKTA_EVENT_STATE_UNWRITABLE, fault,
                             "issuer \"%s\": its keys cannot be written to \"%s\"%s; a cold start "
                             "will not have them",
                             issuer->url, directory,
                             fault == EBUSY       ? ", which another program has locked"
                             : fault == ETIMEDOUT ? ", whose disk does not answer"
                                                  : "");
    else if (!failed && saving->failed)
        okta_event_of_issuer(issuer, OKTA_EVENT_STATE_WRITABLE, 0,
                             "issuer \"%s\": its keys are written to \"%s\" again", issuer->url,
                             directory);
    saving->failed = failed;
}

static void begin(const okta_issuer *issuer, okta_saving *saving, int *fault)
{
    const char *directory = okta_statedir_of_children();
    char path[APR_PATH_MAX], fresh[APR_PATH_MAX];

    okta_statefile_path(issuer, directory, "", path, sizeof(path));
    okta_statefile_path(issuer, directory, ".new", fresh, sizeof(fresh));
    saving->due = false;
    saving->write =
        okta_filewrite_begin(directory, path, fresh, current_text(issuer, saving->max_age), fault);
}

void okta_statefile_step(const okta_issuer *issuer, okta_saving *saving)
{
    int64_t now = okta_monotonic();
    int fault = 0;

    if (!okta_statedir_of_children())
        return;
    if (saving->write) {
        if (okta_filewrite_ended(saving->write, &fault))
            saving->write = NULL;
        else if (now - okta_filewrite_began_at(saving->write) < WRITE_PATIENCE)
            return;
        else
            fault = ETIMEDOUT;
        note_outcome(issuer, saving, fault);
    } else if (saving->due && saving->again_at <= now && okta_filewrite_has_room()) {
        begin(issuer, saving, &fault);
        if (fault)
            note_outcome(issuer, saving, fault);
    }
    if (!fault || saving->write)
        return;
    saving->due = true;
    saving->again_at = now + RETRY_PAUSE;
}

/* A disk that is well has the file before anybody hears of the refresh. */
static void wait_a_moment(const okta_saving *saving)
{
    const struct timespec pause = {0, 1000000};
    int64_t until = okta_monotonic() + MOMENT;

    while (!okta_filewrite_is_done(saving->write) && okta_monotonic() < until)
        nanosleep(&pause, NULL);
}

void okta_statefile_save(const okta_issuer *issuer, okta_saving *saving, int64_t max_age)
{
    bool hangs = saving->failed || saving->write;

    saving->due = okta_statedir_of_children() != NULL;
    saving->max_age = max_age;
    saving->again_at = 0;
    okta_statefile_step(issuer, saving);
    if (hangs || !saving->write)
        return;
    wait_a_moment(saving);
    okta_statefile_step(issuer, saving);
}

void okta_statefile_abandon(okta_saving *saving)
{
    saving->due = false;
}

bool okta_statefile_is_idle(okta_saving *saving)
{
    int fault;

    if (saving->write && okta_filewrite_ended(saving->write, &fault))
        saving->write = NULL;
    return !saving->write;
}
