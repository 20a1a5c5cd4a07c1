/* SPDX-License-Identifier: Apache-2.0 */
#include "core/revocation_file.h"
#include "lists.h"
#include "scarce.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Every allocation fails once: a list is taken whole, or the last good one holds. */

typedef struct attempted {
    int file;
    struct stat info;
    okta_revocations *list;
} attempted;

static bool load(void *baton)
{
    attempted *self = baton;
    const okta_load_terms terms = {.now = 1};
    const uint64_t before = okta_revocations_generation(self->list);
    okta_revocation_scan scan;
    okta_load outcome = okta_revocations_load(self->list, self->file, &self->info, &terms, &scan);
    bool good = outcome == OKTA_LOAD_PUBLISHED || outcome == OKTA_LOAD_SAME;

    if (outcome == OKTA_LOAD_FAULT)
        abort(); /* it would be logged as the file's fault, and not be tried again */
    if (!good && okta_revocations_generation(self->list) != before)
        abort();
    return good;
}

rule(a_list_is_read_whole_or_not_at_all)
{
    static const char bytes[] = "jti a\nsub \"Jane Doe\"\niss \"https://a.example/\" cid c\n";
    char name[] = "/tmp/okta-revocations-XXXXXX";
    attempted self = {.file = mkstemp(name), .list = list_new()};

    need(self.file >= 0 && unlink(name) == 0, "no file");
    need(write(self.file, bytes, sizeof(bytes) - 1) == (ssize_t)sizeof(bytes) - 1, "written");
    need(fstat(self.file, &self.info) == 0, "looked at");
    expect_survival("a list", load, &self, true);
    close(self.file);
}
