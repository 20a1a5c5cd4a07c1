/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/table.h"

#include <strings.h>

/* Whether no other entry has the same key or is to be dropped too. */
static bool goes_alone(const apr_table_entry_t *entries, int count, int one, okta_table_test *test,
                       const void *baton)
{
    for (int i = 0; i < count; i++)
        if (i != one && (strcasecmp(entries[i].key, entries[one].key) == 0 ||
                         (i > one && test(baton, entries[i].key, entries[i].val))))
            return false;
    return true;
}

bool okta_table_drop(apr_pool_t *pool, apr_table_t *table, okta_table_test *test, const void *baton)
{
    const apr_array_header_t *all = apr_table_elts(table);
    const apr_table_entry_t *entries = (const apr_table_entry_t *)all->elts;
    int first = 0, count = all->nelts;

    while (first < count && !test(baton, entries[first].key, entries[first].val))
        first++;
    if (first == count)
        return false;
    if (goes_alone(entries, count, first, test, baton)) {
        apr_table_unset(table, entries[first].key);
        return true;
    }
    entries = (const apr_table_entry_t *)apr_array_copy(pool, all)->elts;
    apr_table_clear(table);
    for (int i = 0; i < count; i++)
        if (i < first || (i > first && !test(baton, entries[i].key, entries[i].val)))
            apr_table_addn(table, entries[i].key, entries[i].val);
    return true;
}
