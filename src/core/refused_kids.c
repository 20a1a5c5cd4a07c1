/* SPDX-License-Identifier: Apache-2.0 */
#include "core/refused_kids.h"

#include "core/digest.h"

#include <string.h>

/* A cryptographic digest, so that nobody can make a kid that passes for another. */
static uint64_t digest_of(const char *kid, size_t length)
{
    unsigned char digest[OKTA_DIGEST_BYTES];
    uint64_t head = 0;

    if (okta_digest(kid, length, digest))
        memcpy(&head, digest, sizeof(head));
    return head;
}

bool okta_refused_kids_contain(const okta_refused_kids *kids, const char *kid, size_t length,
                               int64_t now)
{
    uint64_t digest = digest_of(kid, length);
    size_t i = digest % OKTA_REFUSED_KIDS_ENTRIES;

    return kids->entries[i].digest == digest && kids->entries[i].until > now;
}

void okta_refused_kids_add(okta_refused_kids *kids, const char *kid, size_t length, int64_t now,
                           int64_t pause, int64_t longest)
{
    uint64_t digest = digest_of(kid, length);
    size_t i = digest % OKTA_REFUSED_KIDS_ENTRIES;

    if (kids->entries[i].digest == digest) {
        /* several requests may report the same fetch; the pause grows once for it */
        if (kids->entries[i].until > now)
            return;
        pause = kids->entries[i].pause < longest / 2 ? kids->entries[i].pause * 2 : longest;
    }
    if (pause > longest)
        pause = longest;
    kids->entries[i].until = 0;
    kids->entries[i].digest = digest;
    kids->entries[i].pause = pause;
    kids->entries[i].until = now + pause;
}
