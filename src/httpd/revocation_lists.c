/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/revocation_lists.h"

#include "core/record.h"
#include "core/revocation_file.h"
#include "httpd/chroot.h"
#include "httpd/kept_memory.h"
#include "httpd/log.h"
#include "httpd/restart.h"

#include <apr_strings.h>
#include <apr_time.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <unixd.h>

#define RETAINED_KEY "mod_auth_okta.revocations"

/* In the process pool: the memory of one file's list. */
typedef struct kept_list {
    const char *path;
    apr_pool_t *pool; /* with it goes all of it */
    okta_revocations *memory;
    bool is_used;
    struct kept_list *next;
} kept_list;

typedef struct kept_lists {
    okta_kept kept; /* only its pool, in which the others are */
    kept_list *first;
} kept_lists;

okta_revocation_list *okta_revocation_list_add(const char *path, server_rec *server)
{
    const okta_registry *registry = okta_registry_get();
    const char *outside = okta_both_sides(registry->pool, path).outside;
    okta_revocation_list *list;

    for (int i = 0; i < registry->revocations->nelts; i++) {
        list = APR_ARRAY_IDX(registry->revocations, i, okta_revocation_list *);
        if (strcmp(list->path, outside) == 0)
            return list;
    }
    list = apr_pcalloc(registry->pool, sizeof(*list));
    list->path = outside;
    list->server = server;
    APR_ARRAY_PUSH(registry->revocations, okta_revocation_list *) = list;
    return list;
}

const char *okta_revocation_list_inside(apr_pool_t *pool, const okta_revocation_list *list)
{
    return okta_both_sides(pool, list->path).inside;
}

const okta_revocations *okta_revocations_in_force(const okta_revocation_list *list)
{
    return !list ? NULL : list->memory ? list->memory : okta_revocations_unknown();
}

/* A predicate such as "cannot be read: No such file or directory". */
static const char *cannot_be_read(apr_pool_t *pool, int error)
{
    char why[120];

    if (error == EINVAL)
        return "is no regular file";
    return apr_pstrcat(
        pool, "cannot be read: ", apr_strerror(APR_FROM_OS_ERROR(error), why, sizeof(why)), NULL);
}

static const char *has_fault(apr_pool_t *pool, const okta_revocation_scan *scan)
{
    return apr_psprintf(pool, "is not usable: line %" APR_UINT64_T_FMT ": %s",
                        (apr_uint64_t)scan->line, okta_revocation_fault_text(scan->fault));
}

/* NULL: nothing is wrong. Of what children see when they look again, too. */
static const char *fault_of(apr_pool_t *pool, const okta_revocation_list *list)
{
    const okta_revocation_walk walk = {.prefix = 0};
    okta_revocation_scan scan;
    struct stat info;
    int file = okta_revocation_file_open(list->path, &info), error;
    okta_walk_outcome outcome;

    if (file < 0)
        return cannot_be_read(pool, errno);
    outcome = okta_revocation_file_walk(file, (int64_t)info.st_size, &walk, &scan);
    error = errno;
    close(file);
    if (outcome == OKTA_WALK_UNREADABLE)
        return cannot_be_read(pool, error);
    if (scan.fault != OKTA_LINE_GOOD)
        return has_fault(pool, &scan);
    error = okta_children_can_read(okta_revocation_list_inside(pool, list));
    if (error == 0)
        return NULL;
    return apr_psprintf(pool,
                        "%s for the user \"%s\", which httpd's children run as: they have to see "
                        "what changes in it",
                        cannot_be_read(pool, error), ap_unixd_config.user_name);
}

void okta_check_revocations(okta_judge *judge)
{
    const apr_array_header_t *lists = okta_registry_get()->revocations;

    for (int i = 0; i < lists->nelts && !okta_is_restart(); i++) {
        const okta_revocation_list *list = APR_ARRAY_IDX(lists, i, okta_revocation_list *);
        const char *fault = fault_of(judge->pool, list);

        if (fault)
            okta_complain(judge, list->server,
                          "OktaRevocations \"%s\": the file %s; mend that (an empty file is a list "
                          "too)",
                          list->path, fault);
    }
}

static void name_layout(char *layout)
{
    memset(layout, 0, OKTA_LAYOUT_BYTES);
    apr_snprintf(layout, OKTA_LAYOUT_BYTES,
                 "mod_auth_okta revocations " APR_STRINGIFY(OKTA_SHARED_LAYOUT) " %d %lu %lu %lu",
                 OKTA_LINE_FAULTS, (unsigned long)okta_revocations_size(),
                 (unsigned long)sizeof(kept_list), (unsigned long)sizeof(okta_revocations_watch));
}

/* Those of before, or an empty set of them. */
static kept_lists *lists_of_the_process(apr_pool_t *process_pool)
{
    char layout[OKTA_LAYOUT_BYTES];

    name_layout(layout);
    return okta_kept_find_or_make(process_pool, RETAINED_KEY, layout, sizeof(kept_lists));
}

/* NULL, with the status, where there is no memory. */
static kept_list *kept_list_new(kept_lists *all, const char *path, apr_status_t *status)
{
    okta_siphash_key key;
    kept_list *made;
    apr_pool_t *pool;
    void *memory = NULL;

    apr_pool_create(&pool, all->kept.pool);
    *status = apr_generate_random_bytes((unsigned char *)&key, sizeof(key));
    if (*status == APR_SUCCESS)
        memory = okta_share_pages(pool, okta_revocations_size(), status);
    if (!memory) {
        apr_pool_destroy(pool);
        return NULL;
    }
    made = apr_pcalloc(pool, sizeof(*made));
    made->path = apr_pstrdup(pool, path);
    made->pool = pool;
    made->memory = okta_revocations_init(memory, &key);
    made->next = all->first;
    all->first = made;
    return made;
}

static kept_list *find(kept_lists *all, const char *path)
{
    for (kept_list *one = all->first; one; one = one->next)
        if (strcmp(one->path, path) == 0)
            return one;
    return NULL;
}

/* Lists that the configuration does not name any more. Children of before have them for as long as
 * they live. */
static void release_others(kept_lists *all)
{
    kept_list **at = &all->first;

    while (*at) {
        kept_list *one = *at;

        if (one->is_used) {
            one->is_used = false;
            at = &one->next;
        } else {
            *at = one->next;
            apr_pool_destroy(one->pool);
        }
    }
}

/* What the parent reads children read again when it changes. False: a fault that was logged. */
static bool load(okta_revocation_list *list, apr_pool_t *pool)
{
    const okta_load_terms terms = {.now = apr_time_now()};
    okta_revocation_scan scan;
    struct stat info;
    const char *fault = NULL;
    int file = okta_revocation_file_open(list->path, &info);
    okta_load outcome;

    if (file < 0) {
        fault = cannot_be_read(pool, errno);
    } else {
        outcome = okta_revocations_load(list->memory, file, &info, &terms, &scan);
        if (outcome == OKTA_LOAD_UNREADABLE)
            fault = cannot_be_read(pool, errno);
        else if (outcome == OKTA_LOAD_FAULT)
            fault = has_fault(pool, &scan);
        else if (outcome != OKTA_LOAD_PUBLISHED)
            fault = "changed while it was read";
        close(file);
    }
    if (fault)
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, list->server,
                     OKTA_TAG_CONFIG "OktaRevocations \"%s\": the file %s; mend that", list->path,
                     fault);
    return !fault;
}

static bool prepare(okta_revocation_list *list, kept_lists *all, apr_pool_t *pool)
{
    apr_status_t status = APR_SUCCESS;
    kept_list *kept = find(all, list->path);

    if (!kept)
        kept = kept_list_new(all, list->path, &status);
    if (!kept) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, status, list->server,
                     OKTA_TAG_CONFIG "OktaRevocations \"%s\": no shared memory to be had for %lu "
                                     "bytes; give httpd more memory",
                     list->path, (unsigned long)okta_revocations_size());
        return false;
    }
    kept->is_used = true;
    list->memory = kept->memory;
    return okta_revocations_generation(list->memory) > 0 || load(list, pool);
}

int okta_revocation_lists_create(apr_pool_t *pconf, server_rec *server)
{
    const apr_array_header_t *lists = okta_registry_get()->revocations;
    kept_lists *all = lists_of_the_process(server->process->pool);
    int status = OK;

    for (int i = 0; i < lists->nelts && status == OK; i++)
        if (!prepare(APR_ARRAY_IDX(lists, i, okta_revocation_list *), all, pconf))
            status = okta_ends_a_start(server, "tokens get 503 where that list holds, until it can "
                                               "be read");
    release_others(all);
    return status;
}
