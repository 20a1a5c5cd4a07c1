/* SPDX-License-Identifier: Apache-2.0 */
/* ChrootDir: what children need from outside has to be there before they leave. */
#ifndef OKTA_HTTPD_CHROOT_H
#define OKTA_HTTPD_CHROOT_H

#include <apr_pools.h>

/* Parent, post_config. */
void okta_chroot_prepare(void);

/* One path by the names that it has outside and inside of ChrootDir. */
typedef struct okta_sides {
    const char *outside;
    const char *inside;
} okta_sides;

/* Parent. A path in ChrootDir may be written from either side. From pool. */
okta_sides okta_both_sides(apr_pool_t *pool, const char *path);

/* Whether children can read the file, by the name that they have for it: 0, or the errno that they
 * get. Parent, while a configuration is read; where it is root it asks by a process that gives up
 * its rights as children do, and 0 also where that does not work. */
int okta_children_can_read(const char *inside);

#endif
