/* SPDX-License-Identifier: Apache-2.0 */
/* For scripts/prove, in the place of src/core/redzone.h: Eva knows of no gaps that may not be
 * touched, so they hold a mark, and have to hold it still when they are opened. */
#ifndef OKTA_CORE_REDZONE_H
#define OKTA_CORE_REDZONE_H

#include <stddef.h>

#define OKTA_REDZONE_BYTES ((size_t)8)

static inline void okta_redzone_close(void *gap)
{
    char *at = gap;

    for (size_t i = 0; i < OKTA_REDZONE_BYTES; i++)
        at[i] = '#';
}

static inline void okta_redzone_open(void *gap)
{
    char *at = gap;

    for (size_t i = 0; i < OKTA_REDZONE_BYTES; i++)
        //@ assert at[i] == '#';
        ;
}

#endif
