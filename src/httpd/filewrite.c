/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/filewrite.h"

#include "core/monotonic.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FILE_MODE (S_IRUSR | S_IWUSR)
/* What waits longer for the lock gives up: text that is older than that could replace a newer one.
 */
#define LOCK_PATIENCE 2000000
#define LOCK_PAUSE_NS 20000000L
/* A disk that hangs holds no more threads than that. */
#define THREADS_MAX 8

struct okta_filewrite {
    pthread_t thread;
    atomic_bool done;
    int fault;
    int64_t began_at;
    char *directory, *path, *fresh, *text;
};

static atomic_int threads;

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

/* 0, or an errno. */
static int replace_file(const okta_filewrite *w)
{
    int fault = 0, fd;

    unlink(w->fresh);
    fd = open(w->fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (fd < 0)
        return errno;
    if (!write_all(fd, w->text, strlen(w->text)) || fsync(fd) != 0)
        fault = errno;
    if (close(fd) != 0 && !fault)
        fault = errno;
    if (!fault && rename(w->fresh, w->path) == 0)
        return 0;
    fault = fault ? fault : errno;
    unlink(w->fresh);
    return fault;
}

/* The refresher of a configuration that is ending may be at it, or another httpd; or any program
 * that holds the lock for good. */
static int lock_in_time(const okta_filewrite *w, int fd)
{
    const struct timespec pause = {0, LOCK_PAUSE_NS};
    int fault;

    do {
        fault = flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
        /* looked at after the lock: this process may have been stopped for any time before it */
        if (okta_monotonic() - w->began_at > LOCK_PATIENCE)
            return EBUSY;
        if (fault == EWOULDBLOCK)
            nanosleep(&pause, NULL);
    } while (fault == EWOULDBLOCK || fault == EINTR);
    return fault;
}

static void *run(void *baton)
{
    okta_filewrite *w = baton;
    int lock = open(w->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    w->fault = lock < 0 ? errno : lock_in_time(w, lock);
    if (!w->fault)
        w->fault = replace_file(w);
    if (lock >= 0)
        close(lock);
    atomic_store(&w->done, true);
    return NULL;
}

static void release(okta_filewrite *w)
{
    free(w->directory);
    free(w->path);
    free(w->fresh);
    free(w->text);
    free(w);
}

/* Signals are for the MPM's own threads. */
static int start_thread(okta_filewrite *w)
{
    sigset_t all, before;
    int fault;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    fault = pthread_create(&w->thread, NULL, run, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return fault;
}

bool okta_filewrite_has_room(void)
{
    return threads < THREADS_MAX;
}

okta_filewrite *okta_filewrite_begin(const char *directory, const char *path, const char *fresh,
                                     char *text, int *fault)
{
    okta_filewrite *w = calloc(1, sizeof(*w));

    *fault = ENOMEM;
    if (!w) {
        free(text);
        return NULL;
    }
    w->text = text;
    w->directory = strdup(directory);
    w->path = strdup(path);
    w->fresh = strdup(fresh);
    w->began_at = okta_monotonic();
    atomic_fetch_add(&threads, 1);
    if (text && w->directory && w->path && w->fresh)
        *fault = start_thread(w);
    if (*fault == 0)
        return w;
    atomic_fetch_sub(&threads, 1);
    release(w);
    return NULL;
}

bool okta_filewrite_is_done(const okta_filewrite *w)
{
    return atomic_load(&w->done);
}

bool okta_filewrite_ended(okta_filewrite *w, int *fault)
{
    if (!okta_filewrite_is_done(w))
        return false;
    pthread_join(w->thread, NULL);
    atomic_fetch_sub(&threads, 1);
    *fault = w->fault;
    release(w);
    return true;
}

int64_t okta_filewrite_began_at(const okta_filewrite *w)
{
    return w->began_at;
}
