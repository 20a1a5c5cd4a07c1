/* SPDX-License-Identifier: Apache-2.0 */
/* Loaded ahead of libc: where a module was unloaded nothing can be loaded again, so that httpd's
 * second reading of its configuration finds each module at another address than the first. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stddef.h>
#include <sys/mman.h>

int dlclose(void *handle)
{
    int (*next)(void *) = (int (*)(void *))dlsym(RTLD_NEXT, "dlclose");
    struct link_map *map = NULL;
    void *place = dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0 ? (void *)map->l_addr : NULL;
    int result = next(handle);

    /* fails where it is still loaded, or something else is there: as well */
    if (place)
        (void)mmap(place, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
                   0);
    return result;
}
