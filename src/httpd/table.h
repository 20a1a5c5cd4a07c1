/* SPDX-License-Identifier: Apache-2.0 */
/* Taking entries out of an APR table. */
#ifndef OKTA_HTTPD_TABLE_H
#define OKTA_HTTPD_TABLE_H

#include <apr_tables.h>
#include <stdbool.h>

typedef bool okta_table_test(const void *baton, const char *key, const char *value);

/* Drop all entries that the test is true for, in one pass, however many they are; the others stay
 * in order. Takes memory of the pool only where something goes. Whether something went. */
bool okta_table_drop(apr_pool_t *pool, apr_table_t *table, okta_table_test *test,
                     const void *baton);

#endif
