/* SPDX-License-Identifier: Apache-2.0 */
/* Gaps between the parts of one block, into which nothing may be written or read: AddressSanitizer
 * sees by itself only what leaves the block. Without it they are no bytes long. */
#ifndef OKTA_CORE_REDZONE_H
#define OKTA_CORE_REDZONE_H

#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OKTA_REDZONES 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define OKTA_REDZONES 1
#endif

#ifdef OKTA_REDZONES
#include <sanitizer/asan_interface.h>

#define OKTA_REDZONE_BYTES ((size_t)64)

/* Begin and end; `gap` is a multiple of 8. Any thread, on memory of its own. */
static inline void okta_redzone_close(void *gap)
{
    __asan_poison_memory_region(gap, OKTA_REDZONE_BYTES);
}

static inline void okta_redzone_open(void *gap)
{
    __asan_unpoison_memory_region(gap, OKTA_REDZONE_BYTES);
}
#else
#define OKTA_REDZONE_BYTES ((size_t)0)

static inline void okta_redzone_close(void *gap)
{
    (void)gap;
}

static inline void okta_redzone_open(void *gap)
{
    (void)gap;
}
#endif

#endif
