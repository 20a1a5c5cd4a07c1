/* Loaded ahead of libc by tests: a clock that can be set, and a name server that does not answer.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define HANGING_DOMAIN ".hang.invalid"

/* Seconds that the clock is off, in a file that all processes share. */
static const volatile long *offset;

__attribute__((constructor)) static void map_offset(void)
{
    const char *path = getenv("OKTA_TEST_CLOCK");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *memory;

    if (fd < 0)
        return;
    memory = mmap(NULL, sizeof(*offset), PROT_READ, MAP_SHARED, fd, 0);
    offset = memory == MAP_FAILED ? NULL : memory;
    close(fd);
}

int gettimeofday(struct timeval *now, void *zone)
{
    struct timespec precise;

    (void)zone;
    clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec + (offset ? *offset : 0);
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
