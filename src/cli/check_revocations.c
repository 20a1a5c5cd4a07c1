/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_revocations.h"

#include "cli/revocation_list.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

static void check_mode(okta_findings *f, const char *path)
{
    struct stat info;

    if (stat(path, &info) != 0 || !(info.st_mode & S_IWOTH))
        return;
    okta_found(f, OKTA_LEVEL_WARNING, "revocations",
               "anybody on this machine may write to it: revoke tokens, and take that back");
    okta_findings_remedy(f, "chmod o-w %s", path);
}

static void check_list(okta_findings *f, okta_setup_list *list)
{
    okta_revocation_scan scan;
    okta_error error = {""};

    okta_findings_about(f, "revocations %s", list->path);
    if (okta_revocation_list_try(&list->list, list->path, &scan, &error)) {
        okta_found(f, OKTA_LEVEL_OK, "revocations",
                   "%" PRIu64 " line%s (%" PRIu64 " jti, %" PRIu64 " sub, %" PRIu64 " cid, %" PRIu64
                   " sid)",
                   scan.lines, scan.lines == 1 ? "" : "s", scan.kinds[OKTA_REVOKES_JTI],
                   scan.kinds[OKTA_REVOKES_SUB], scan.kinds[OKTA_REVOKES_CID],
                   scan.kinds[OKTA_REVOKES_SID]);
        check_mode(f, list->path);
    } else {
        okta_found(f, OKTA_LEVEL_FAILURE, "revocations", "the file %s", error.text);
        okta_findings_remedy(f, "mend that; until then httpd goes by the last good list, and does "
                                "not start without one");
    }
}

void okta_check_revocations(okta_findings *f, okta_setup *setup)
{
    for (size_t i = 0; i < setup->place_count; i++) {
        okta_setup_place *place = &setup->places[i];
        okta_setup_list *list = NULL;

        for (size_t k = 0; place->revocations && k < setup->list_count; k++)
            if (strcmp(setup->lists[k].path, place->revocations) == 0)
                list = &setup->lists[k];
        if (place->revocations && !list) {
            list = okta_setup_add_list(setup, place->revocations);
            if (list)
                check_list(f, list);
        }
        if (list)
            place->policy.revocations = list->list ? list->list : okta_revocations_unknown();
    }
}
