/* SPDX-License-Identifier: Apache-2.0 */
/* Loaded ahead of libc by tests: a clock that can be set, a name server that does not answer, want
 * of memory, calls that hang, and a count of the signatures that were verified. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define HANGING_DOMAIN ".hang.invalid"

/* In a file that all processes share; env/preload.py has the same layout. */
typedef struct control {
    long clock_off; /* seconds */
    long hanging;   /* pid whose refresher hangs; -1: everybody's */
    long slow_disk; /* fsync does not return */
    _Atomic long
        starves_after;     /* allocations of the module's that still succeed, plus 1; 0: all do */
    _Atomic long verified; /* signatures */
} control;

static volatile control *shared;

__attribute__((constructor)) static void map_control(void)
{
    const char *path = getenv("OKTA_TEST_CLOCK");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *memory;

    if (fd < 0)
        return;
    memory = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    shared = memory == MAP_FAILED ? NULL : memory;
    close(fd);
}

static void nap(void)
{
    usleep(5000);
}

/* What the refresher's thread waits in, and nobody else. */
int curl_multi_poll(void *multi, void *extra, unsigned int count, int timeout, int *ready)
{
    (void)multi;
    (void)extra;
    (void)count;
    (void)timeout;
    (void)ready;
    while (shared && (shared->hanging == -1 || shared->hanging == getpid()))
        nap();
    nap();
    return 0;
}

int fsync(int fd)
{
    while (shared && shared->slow_disk)
        nap();
    return fdatasync(fd);
}

/* The module's own allocations and those of its JSON. */
static bool starves(const void *caller)
{
    Dl_info origin;
    long left;

    if (!shared || !shared->starves_after || !dladdr(caller, &origin) || !origin.dli_fname ||
        (!strstr(origin.dli_fname, "mod_auth_okta") && !strstr(origin.dli_fname, "libjansson")))
        return false;
    left = shared->starves_after;
    while (left > 1 && !atomic_compare_exchange_weak(&shared->starves_after, &left, left - 1))
        ;
    if (left == 1)
        errno = ENOMEM;
    return left == 1;
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

void *malloc(size_t size)
{
    return starves(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return starves(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return starves(__builtin_return_address(0)) ? NULL : __libc_realloc(memory, size);
}

int EVP_DigestVerify(void *context, const unsigned char *signature, size_t signature_length,
                     const unsigned char *data, size_t length)
{
    static int (*_Atomic next)(void *, const unsigned char *, size_t, const unsigned char *,
                               size_t);
    int (*found)(void *, const unsigned char *, size_t, const unsigned char *, size_t) = next;

    if (!found) {
        *(void **)&found = dlsym(RTLD_NEXT, "EVP_DigestVerify");
        next = found;
    }
    if (shared)
        shared->verified++;
    return found(context, signature, signature_length, data, length);
}

int gettimeofday(struct timeval *now, void *zone)
{
    struct timespec precise;

    (void)zone;
    clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec + (shared ? shared->clock_off : 0);
    now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *where)
{
    struct timeval now;

    gettimeofday(&now, NULL);
    if (where)
        *where = now.tv_sec;
    return now.tv_sec;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    size_t length = node ? strlen(node) : 0, suffix = strlen(HANGING_DOMAIN);

    if (length > suffix && strcmp(node + length - suffix, HANGING_DOMAIN) == 0) {
        sleep(30);
        return EAI_AGAIN;
    }
    *(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
    return next(node, service, hints, result);
}
