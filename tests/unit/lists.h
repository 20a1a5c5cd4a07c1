/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of revocations for tests. */
#ifndef OKTA_TESTS_LISTS_H
#define OKTA_TESTS_LISTS_H

#include "core/revocations.h"

typedef struct list_line {
    okta_revocation_kind kind;
    const char *value, *issuer;
    int64_t before;
} list_line;

/* One that was never read, in memory that forked processes share; it lives until the program ends.
 */
okta_revocations *list_new(void);

/* Whether it was published, as its content says. */
bool list_try(okta_revocations *list, const list_line *lines, size_t count, uint64_t content);

/* The same, and it has to be. */
void list_publish(okta_revocations *list, const list_line *lines, size_t count);

#endif
