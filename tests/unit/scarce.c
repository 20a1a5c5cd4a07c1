/* SPDX-License-Identifier: Apache-2.0 */
#include "scarce.h"

#include <errno.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);
char *__wrap_strdup(const char *string);

bool armed;
size_t until_failure;
bool for_good;
static size_t allocations;
static long outstanding; /* of core and jansson */
static long held;        /* of OpenSSL, which keeps caches */

static bool fails(void)
{
    if (!armed)
        return false;
    allocations++;
    if (!until_failure || (!(for_good && until_failure == 1) && --until_failure != 0))
        return false;
    errno = ENOMEM; /* as malloc does */
    return true;
}

static void *counted(void *memory)
{
    outstanding += armed && memory;
    return memory;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : counted(__real_calloc(count, size));
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails() ? NULL : __real_realloc(memory, size);
}

void __wrap_free(void *memory)
{
    outstanding -= armed && memory;
    __real_free(memory);
}

char *__wrap_strdup(const char *string)
{
    size_t size = strlen(string) + 1;
    char *copy = __wrap_malloc(size);

    return copy ? memcpy(copy, string, size) : NULL;
}

static void *held_one(void *memory)
{
    held += memory != NULL;
    return memory;
}

static void *crypto_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return fails() ? NULL : held_one(__real_malloc(size));
}

static void *crypto_realloc(void *memory, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    if (fails())
        return NULL;
    return memory ? __real_realloc(memory, size) : held_one(__real_malloc(size));
}

static void crypto_free(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    held -= memory != NULL;
    __real_free(memory);
}

/* Before anything of OpenSSL's runs; main itself is the frame's. */
__attribute__((constructor(101))) static void take_over(void)
{
    if (!CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free))
        abort();
    json_set_alloc_funcs(__wrap_malloc, __wrap_free);
}

void expect_nothing_kept(const char *name, attempt *run, void *baton)
{
    enum { RUNS = 16 };
    long before;

    for (int i = 0; i < RUNS; i++)
        run(baton);
    before = held;
    for (int i = 0; i < RUNS; i++)
        run(baton);
    check(held - before < RUNS, "%s: OpenSSL's blocks, in %d runs: %ld more", name, RUNS,
          held - before);
}

void expect_survival(const char *name, attempt *run, void *baton, bool good)
{
    size_t survived = 0, n = 0;

    check(run(baton) == good, "%s without a failure", name);
    for (;;) {
        bool went_well;

        n++;
        allocations = 0;
        outstanding = 0;
        until_failure = n;
        armed = true;
        went_well = run(baton);
        armed = false;
        check(outstanding == 0, "%s, allocation %zu: %ld blocks leaked", name, n, outstanding);
        if (until_failure) {
            check(went_well == good, "%s after all failures", name);
            break;
        }
        check(good || !went_well, "%s, allocation %zu: a bad one passed", name, n);
        survived += went_well;
        check(run(baton) == good, "%s is not itself again after allocation %zu failed", name, n);
    }
    until_failure = 0;
    check(n > 1, "%s allocates nothing", name);
    expect_nothing_kept(name, run, baton);
    print_message("# %s: %zu allocations failed, %zu survived\n", name, n - 1, survived);
}
