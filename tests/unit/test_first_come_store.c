/* SPDX-License-Identifier: Apache-2.0 */
/* What a proof leaves in the store, what comes of a store that gives out other things, and of
 * memory that runs out. */
#include "core/first_come.h"
#include "scarce.h"

#include <stdlib.h>
#include <string.h>

#define NOW INT64_C(1795445100)
#define WINDOW 60
#define SKEW 60
#define ENTRIES 16

typedef struct entry {
    unsigned char name[OKTA_SEALED_NAME_BYTES], bytes[OKTA_FIRST_COME_BYTES];
    size_t length;
    int64_t end;
} entry;

typedef struct contents {
    entry entries[ENTRIES];
    int count;
} contents;

static contents now;
static int64_t clock_at;
static const unsigned char *spoiled, *lost; /* entries of these names; NULL: none */

static const unsigned char id[OKTA_DIGEST_BYTES] = "a proof";

static bool is(const unsigned char *name, const unsigned char *other)
{
    return other && memcmp(name, other, OKTA_SEALED_NAME_BYTES) == 0;
}

static entry *find(const unsigned char *name)
{
    for (int i = 0; i < now.count; i++)
        if (is(name, now.entries[i].name))
            return &now.entries[i];
    return NULL;
}

static okta_store_answer put(void *baton, const unsigned char *name, int64_t end,
                             const unsigned char *bytes, size_t length)
{
    entry *at = find(name);

    (void)baton;
    need(at || now.count < ENTRIES, "too many entries");
    at = at ? at : &now.entries[now.count++];
    memcpy(at->name, name, OKTA_SEALED_NAME_BYTES);
    memcpy(at->bytes, bytes, length);
    at->length = length;
    at->end = end;
    return OKTA_STORE_DONE;
}

static okta_store_answer get(void *baton, const unsigned char *name, unsigned char *bytes,
                             size_t *length)
{
    const entry *at = find(name);

    (void)baton;
    if (!at || is(name, lost))
        return OKTA_STORE_ABSENT;
    memcpy(bytes, at->bytes, at->length);
    bytes[at->length - 1] ^= is(name, spoiled);
    *length = at->length;
    return OKTA_STORE_DONE;
}

static int64_t seconds(void)
{
    return clock_at;
}

static int64_t monotonic(void)
{
    return 1;
}

static const okta_store store = {put, get, seconds, monotonic, NULL};

/* Of a store that began long ago. */
static okta_sealer begin(void)
{
    static const unsigned char key[OKTA_SEALED_KEY_BYTES] = "32 bytes of no chance whatsoever";
    okta_sealer sealer;

    need(okta_sealer_init(&sealer, key, "DPoP proofs"), "no keys");
    memset(&now, 0, sizeof(now));
    spoiled = lost = NULL;
    clock_at = NOW - 1000;
    need(okta_first_come_begin(&store, &sealer) == OKTA_FIRST_COME, "no beginning");
    clock_at = NOW;
    return sealer;
}

static okta_first_come take(const okta_sealer *sealer)
{
    const okta_arrival arrival = {id, NOW, WINDOW, SKEW};
    int64_t wait;

    return okta_first_come_take(&store, sealer, &arrival, &wait);
}

static void name_of(const okta_sealer *sealer, char kind, unsigned char *name)
{
    char what[OKTA_DIGEST_BYTES + 1] = "a proof";

    what[OKTA_DIGEST_BYTES] = kind;
    need(okta_sealed_name(sealer, what, sizeof(what), name), "no name");
}

/* Another host, or another version, would let the proof in once more. */
rule(the_entries_of_an_id_have_names_that_all_hosts_know)
{
    const okta_sealer sealer = begin();
    unsigned char name[OKTA_SEALED_NAME_BYTES];

    need(take(&sealer) == OKTA_FIRST_COME, "the first one");
    for (const char *kind = "lf"; *kind; kind++) {
        name_of(&sealer, *kind, name);
        check(find(name) && find(name)->end >= NOW + WINDOW + SKEW, "no entry %c", *kind);
    }
}

/* The one is mended by the key, the other by the store. */
rule(a_lid_that_cannot_be_opened_is_told_from_one_that_is_gone)
{
    const okta_sealer sealer = begin();
    unsigned char lid[OKTA_SEALED_NAME_BYTES];

    name_of(&sealer, 'l', lid);
    spoiled = lid;
    check(take(&sealer) == OKTA_FIRST_COME_STRANGER, "changed");
    begin();
    lost = lid;
    check(take(&sealer) == OKTA_FIRST_COME_SILENT, "gone");
    spoiled = lost = NULL;
}

typedef struct again {
    okta_sealer sealer;
    contents before;
    bool begins;
    okta_first_come right;
} again;

static bool go_again(void *baton)
{
    const again *a = baton;
    okta_first_come come;

    now = a->before;
    come = a->begins ? okta_first_come_begin(&store, &a->sealer) : take(&a->sealer);
    if (come != a->right && (!armed || come != OKTA_FIRST_COME_NO_MEMORY))
        abort();
    return come == OKTA_FIRST_COME;
}

static void expect_right_or_no_memory(const char *name, again *a)
{
    a->before = now;
    expect_survival(name, go_again, a, a->right == OKTA_FIRST_COME);
}

rule(a_failed_allocation_lets_nobody_in_twice_and_is_no_fault_of_the_store)
{
    again a = {.sealer = begin(), .right = OKTA_FIRST_COME};

    expect_right_or_no_memory("the first", &a);
    a.right = OKTA_FIRST_COME_NOT; /* that run has taken it */
    expect_right_or_no_memory("the second", &a);
    now.count = 0;
    a.right = OKTA_FIRST_COME;
    a.begins = true;
    expect_right_or_no_memory("a new store", &a);
    a.begins = false;
    a.right = OKTA_FIRST_COME_YOUNG;
    expect_right_or_no_memory("a young store", &a);
}
