/* SPDX-License-Identifier: Apache-2.0 */
/* Loaded ahead of libcrypto by scripts/bench: counts the signatures that a server's processes
 * verify, in a file that they share. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

typedef int verify(EVP_MD_CTX *, const unsigned char *, size_t, const unsigned char *, size_t);

static _Atomic uint64_t *counter;
static _Atomic(verify *) next;

/* In the parent, while it can still open the file: its children inherit the mapping. */
__attribute__((constructor)) static void map_counter(void)
{
    const char *path = getenv("OKTA_BENCH_VERIFICATIONS");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *memory;

    if (fd < 0)
        return;
    memory = mmap(NULL, sizeof(*counter), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    counter = memory == MAP_FAILED ? NULL : memory;
    close(fd);
}

int EVP_DigestVerify(EVP_MD_CTX *context, const unsigned char *signature, size_t signature_length,
                     const unsigned char *data, size_t length)
{
    verify *pass_on = atomic_load_explicit(&next, memory_order_relaxed);

    if (!pass_on) {
        *(void **)&pass_on = dlsym(RTLD_NEXT, "EVP_DigestVerify");
        atomic_store_explicit(&next, pass_on, memory_order_relaxed);
    }
    if (counter)
        atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
    return pass_on(context, signature, signature_length, data, length);
}
