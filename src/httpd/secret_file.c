/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/secret_file.h"

#include "core/monotonic.h"

#include <apr_strings.h>
#include <apr_thread_proc.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES_MAX 65536
#define SECRET_BYTES_MAX 4096
#define PATIENCE 10000000 /* microseconds for a program */
#define POLL_INTERVAL apr_time_from_msec(5)

static bool is_safe(const struct stat *info, bool program, okta_error *error)
{
    if (!S_ISREG(info->st_mode))
        return okta_error_set(error, "is no regular file");
    if (info->st_uid != 0 && info->st_uid != geteuid())
        return okta_error_set(error, "belongs to user %ld; make it root's", (long)info->st_uid);
    if (info->st_mode & (S_IWGRP | S_IWOTH))
        return okta_error_set(error, "may be written by others than its owner; chmod go-w");
    if (!program && info->st_mode & (S_IROTH | S_IXOTH))
        return okta_error_set(error, "may be read by everybody; chmod o-rwx");
    if (program && !(info->st_mode & S_IXUSR))
        return okta_error_set(error, "is not executable; chmod u+x");
    return true;
}

bool okta_secret_file_check(const char *path, bool program, okta_error *error)
{
    struct stat info;

    if (stat(path, &info) != 0)
        return okta_error_set(error, "cannot be read: %s", strerror(errno));
    return is_safe(&info, program, error);
}

char *okta_secret_file_read(apr_pool_t *pool, const char *path, apr_size_t *length,
                            okta_error *error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char *text = NULL;
    struct stat info;
    ssize_t more = 0;

    if (file < 0 || fstat(file, &info) != 0) {
        okta_error_set(error, "cannot be read: %s", strerror(errno));
    } else if (info.st_size > FILE_BYTES_MAX) {
        okta_error_set(error, "is larger than %d bytes", FILE_BYTES_MAX);
    } else if (is_safe(&info, false, error)) {
        text = apr_pcalloc(pool, (apr_size_t)info.st_size + 1);
        *length = 0;
        do {
            more = read(file, text + *length, (size_t)info.st_size - *length);
            *length += more > 0 ? (apr_size_t)more : 0;
        } while (more > 0);
        if (more < 0) {
            okta_error_set(error, "cannot be read: %s", strerror(errno));
            text = NULL;
        }
    }
    if (file >= 0)
        close(file);
    return text;
}

/* All that a program prints, up to size, until it closes its output. */
static apr_size_t listen_to(apr_file_t *output, char *text, apr_size_t size, int64_t end,
                            bool *in_time)
{
    apr_size_t length = 0;
    apr_status_t status = APR_SUCCESS;

    while (status == APR_SUCCESS && length < size) {
        int64_t left = end - okta_monotonic();
        apr_size_t more = size - length;

        if (left <= 0)
            break;
        apr_file_pipe_timeout_set(output, left);
        status = apr_file_read(output, text + length, &more);
        length += status == APR_SUCCESS ? more : 0;
    }
    *in_time = APR_STATUS_IS_EOF(status) || length == size;
    return length;
}

static bool ended_well(apr_proc_t *process, int64_t end, okta_error *error)
{
    apr_exit_why_e why = APR_PROC_EXIT;
    int code = 0;

    while (apr_proc_wait(process, &code, &why, APR_NOWAIT) == APR_CHILD_NOTDONE) {
        if (okta_monotonic() > end) {
            apr_proc_kill(process, SIGKILL);
            apr_proc_wait(process, &code, &why, APR_WAIT);
            return okta_error_set(error, "did not end within %d s", PATIENCE / 1000000);
        }
        apr_sleep(POLL_INTERVAL);
    }
    if (!APR_PROC_CHECK_EXIT(why) || code != 0)
        return okta_error_set(error, "ended with %d", code);
    return true;
}

static char *run(apr_pool_t *pool, const char *path, apr_size_t *length, okta_error *error)
{
    const char *arguments[] = {path, NULL};
    char *text = apr_pcalloc(pool, SECRET_BYTES_MAX + 2);
    int64_t end = okta_monotonic() + PATIENCE;
    apr_procattr_t *attributes;
    apr_proc_t process;
    apr_status_t status;
    bool in_time;
    char why[128];

    if (!okta_secret_file_check(path, true, error))
        return NULL;
    status = apr_procattr_create(&attributes, pool);
    if (status == APR_SUCCESS)
        status = apr_procattr_io_set(attributes, APR_NO_PIPE, APR_FULL_BLOCK, APR_NO_PIPE);
    if (status == APR_SUCCESS)
        status = apr_procattr_cmdtype_set(attributes, APR_PROGRAM_ENV);
    if (status == APR_SUCCESS)
        status = apr_procattr_error_check_set(attributes, 1);
    if (status == APR_SUCCESS)
        status = apr_proc_create(&process, path, arguments, NULL, attributes, pool);
    if (status != APR_SUCCESS) {
        okta_error_set(error, "cannot be run: %s", apr_strerror(status, why, sizeof(why)));
        return NULL;
    }
    *length = listen_to(process.out, text, SECRET_BYTES_MAX + 1, end, &in_time);
    apr_file_close(process.out);
    /* who says too much is cut short, and is told that */
    return ended_well(&process, in_time ? end : 0, error) || *length > SECRET_BYTES_MAX ? text
                                                                                        : NULL;
}

/* One line feed at the end is the editor's, or echo's. */
static bool is_sound(char *text, apr_size_t length, okta_error *error)
{
    if (length > 0 && text[length - 1] == '\n')
        text[--length] = '\0';
    if (length == 0)
        return okta_error_set(error, "has no secret: it is empty");
    if (length > SECRET_BYTES_MAX)
        return okta_error_set(error, "has more than %d bytes, which is no secret",
                              SECRET_BYTES_MAX);
    for (apr_size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return okta_error_set(error, "has a line end or another control character in the "
                                         "secret; it has to be one line");
    return true;
}

const char *okta_secret_of(apr_pool_t *pool, const char *source, okta_error *error)
{
    const char *path = source + strlen("file:");
    apr_size_t length = 0;
    char *text = strncmp(source, "exec:", 5) == 0
                     ? run(pool, path, &length, error)
                     : okta_secret_file_read(pool, path, &length, error);

    if (text && !is_sound(text, length, error)) {
        OPENSSL_cleanse(text, length);
        return NULL;
    }
    return text;
}
