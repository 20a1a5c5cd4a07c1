/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/revocation_list.h"

#include "cli/message.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Mostly addresses: as httpd has it. */
static okta_revocations *list_new(void)
{
    /* nobody chooses values against this process */
    static const okta_siphash_key key;
    void *memory = mmap(NULL, okta_revocations_size(), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return memory == MAP_FAILED ? NULL : okta_revocations_init(memory, &key);
}

static bool judge(okta_load outcome, const okta_revocation_scan *scan, okta_error *error)
{
    switch (outcome) {
    case OKTA_LOAD_PUBLISHED:
        return true;
    case OKTA_LOAD_FAULT:
        return okta_error_set(error, "is not usable: line %" PRIu64 ": %s", scan->line,
                              okta_revocation_fault_text(scan->fault));
    case OKTA_LOAD_UNREADABLE:
        return okta_error_set(error, "cannot be read: %s", strerror(errno));
    default:
        return okta_error_set(error, "changed while it was read");
    }
}

bool okta_revocation_list_try(okta_revocations **list, const char *path, okta_revocation_scan *scan,
                              okta_error *error)
{
    const okta_load_terms terms = {.now = 0};
    struct stat info;
    int file = okta_revocation_file_open(path, &info);
    bool good;

    *list = NULL;
    *scan = (okta_revocation_scan){.fault = OKTA_LINE_GOOD};
    if (file < 0)
        return errno == EINVAL ? okta_error_set(error, "is no regular file")
                               : okta_error_set(error, "cannot be read: %s", strerror(errno));
    *list = list_new();
    good = *list ? judge(okta_revocations_load(*list, file, &info, &terms, scan), scan, error)
                 : okta_error_set(error, "cannot be read: there is no memory for it");
    close(file);
    if (good)
        return true;
    okta_revocation_list_free(*list);
    *list = NULL;
    return false;
}

bool okta_revocation_list_read(okta_revocations **list, const char *path)
{
    okta_revocation_scan scan;
    okta_error error = {""};
    char shown[128];

    return okta_revocation_list_try(list, path, &scan, &error) ||
           okta_complain("the list of revocations \"%s\" %s",
                         okta_shown(shown, sizeof(shown), path), error.text);
}

void okta_revocation_list_free(okta_revocations *list)
{
    if (list)
        munmap(list, okta_revocations_size());
}
