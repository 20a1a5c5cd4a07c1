/* SPDX-License-Identifier: Apache-2.0 */
#include "lists.h"

#include "unit.h"

#include <string.h>
#include <sys/mman.h>

okta_revocations *list_new(void)
{
    static const okta_siphash_key key = {{7, 9}};
    void *memory = mmap(NULL, okta_revocations_size(), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    need(memory != MAP_FAILED, "no memory");
    return okta_revocations_init(memory, &key);
}

bool list_try(okta_revocations *list, const list_line *lines, size_t count, uint64_t content)
{
    const okta_revocations_facts facts = {.content = content};
    okta_revocations_draft draft;

    if (!okta_revocations_begin(list, count, &draft))
        return false;
    for (size_t i = 0; i < count; i++) {
        const okta_revocation line = {
            .kind = lines[i].kind,
            .value = lines[i].value,
            .length = strlen(lines[i].value),
            .issuer = lines[i].issuer,
            .issuer_length = lines[i].issuer ? strlen(lines[i].issuer) : 0,
            .before = lines[i].before,
        };

        okta_revocations_add(&draft, &line);
    }
    return okta_revocations_publish(&draft, &facts);
}

void list_publish(okta_revocations *list, const list_line *lines, size_t count)
{
    need(list_try(list, lines, count, 1), "not published");
}
