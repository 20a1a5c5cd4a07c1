/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TESTS_MAX 64
#define GUARDS_MAX 4000

static struct CMUnitTest tests[TESTS_MAX];
static size_t test_count;
static unsigned int failures;

static void **kept;
static size_t kept_count;

void unit_register(const char *name, CMUnitTestFunction test)
{
    if (test_count == TESTS_MAX)
        abort();
    tests[test_count++] = (struct CMUnitTest){name, test, NULL, NULL, NULL};
}

void unit_run(void (*body)(void))
{
    failures = 0;
    body();
    if (failures)
        unit_stop();
}

void unit_note(const char *file, int line, const char *condition, const char *format, ...)
{
    va_list arguments;
    char message[512];

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    failures++;
    print_error("# %s:%d: not so: %s: %s\n", file, line, condition, message);
}

_Noreturn void unit_stop(void)
{
    fail();
    abort();
}

void *keep(void *memory)
{
    void **grown = realloc(kept, (kept_count + 1) * sizeof(*kept));

    if (!memory || !grown)
        abort();
    kept = grown;
    kept[kept_count++] = memory;
    return memory;
}

__attribute__((destructor)) static void release(void)
{
    for (size_t i = 0; i < kept_count; i++)
        free(kept[i]);
    free(kept);
}

char *text(const char *format, ...)
{
    va_list arguments;
    char *made = NULL;

    va_start(arguments, format);
    if (vasprintf(&made, format, arguments) < 0)
        abort();
    va_end(arguments);
    return keep(made);
}

char *repeat(const char *part, size_t times)
{
    size_t length = strlen(part);
    char *made = keep(malloc(length * times + 1));

    for (size_t i = 0; i < times; i++)
        memcpy(made + i * length, part, length);
    made[length * times] = '\0';
    return made;
}

/* In front of a page that nobody may touch. NULL: not with so many of them (a process has 65530
 * mappings), nor under a sanitizer, which says more. */
static char *before_guard(size_t length)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    (void)length;
    return NULL;
#else
    static size_t made;
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (length + page - 1) / page * page;
    char *memory;

    if (made == GUARDS_MAX)
        return NULL;
    memory = mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory + size, page, PROT_NONE) != 0)
        return NULL;
    made++;
    return memory + size - length;
#endif
}

char *exact(const char *bytes, size_t length)
{
    char *copy = before_guard(length);

    if (!copy)
        copy = keep(malloc(length ? length : 1));
    memcpy(copy, bytes, length);
    return copy;
}

char *read_file(const char *path_below_source, size_t *length)
{
    const char *source = getenv("OKTA_SOURCE");
    char *path = text("%s/%s", source ? source : ".", path_below_source);
    FILE *file = fopen(path, "rb");
    char *content = keep(malloc(1 << 16));

    if (!file) {
        print_error("# cannot read %s: set OKTA_SOURCE to the top of the source\n", path);
        exit(99);
    }
    *length = fread(content, 1, (1 << 16) - 1, file);
    content[*length] = '\0';
    fclose(file);
    return content;
}

int main(void)
{
    return _cmocka_run_group_tests(program_invocation_short_name, tests, test_count, NULL, NULL);
}
