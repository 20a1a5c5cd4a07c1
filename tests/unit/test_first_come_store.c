/* SPDX-License-Identifier: Apache-2.0 */
/* What a proof leaves in the store, what comes of a store that gives out other things, and of
 * memory that runs out. */
#include "core/first_come.h"
#include "scarce.h"
#include "store.h"

#include <stdlib.h>
#include <string.h>

#define NOW STORE_NOW
#define WINDOW 60
#define SKEW 60

static const unsigned char id[OKTA_DIGEST_BYTES] = "a proof";

/* Of a store that began long ago. */
static okta_sealer begin(void)
{
    const okta_sealer sealer = store_sealer(1);

    store_clear();
    store.now = NOW - 1000;
    need(okta_first_come_begin(&store_calls, &sealer, WINDOW, SKEW) == OKTA_FIRST_COME,
         "no beginning");
    store.now = NOW;
    return sealer;
}

static okta_first_come take(const okta_sealer *sealer)
{
    const okta_arrival arrival = {id, NOW, WINDOW, SKEW};
    int64_t wait, age;

    return okta_first_come_take(&store_calls, sealer, &arrival, &wait, &age);
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
        check(store_find(name) && store_find(name)->end >= NOW + WINDOW + SKEW, "no entry %c",
              *kind);
    }
}

/* The one is mended by the key, the other by the store. */
rule(a_lid_that_cannot_be_opened_is_told_from_one_that_is_gone)
{
    const okta_sealer sealer = begin();
    unsigned char lid[OKTA_SEALED_NAME_BYTES];

    name_of(&sealer, 'l', lid);
    store.spoiled = lid;
    check(take(&sealer) == OKTA_FIRST_COME_STRANGER, "changed");
    begin();
    store.lost = lid;
    check(take(&sealer) == OKTA_FIRST_COME_SILENT, "gone");
    store.spoiled = store.lost = NULL;
}

typedef struct again {
    okta_sealer sealer;
    store_state before;
    bool begins;
    okta_first_come right;
} again;

static bool go_again(void *baton)
{
    const again *a = baton;
    okta_first_come come;

    store = a->before;
    come = a->begins ? okta_first_come_begin(&store_calls, &a->sealer, WINDOW, SKEW)
                     : take(&a->sealer);
    if (come != a->right && (!armed || come != OKTA_FIRST_COME_NO_MEMORY))
        abort();
    return come == OKTA_FIRST_COME;
}

static void expect_right_or_no_memory(const char *name, again *a)
{
    a->before = store;
    expect_survival(name, go_again, a, a->right == OKTA_FIRST_COME);
}

rule(a_failed_allocation_lets_nobody_in_twice_and_is_no_fault_of_the_store)
{
    again a = {.sealer = begin(), .right = OKTA_FIRST_COME};

    expect_right_or_no_memory("the first", &a);
    a.right = OKTA_FIRST_COME_NOT; /* that run has taken it */
    expect_right_or_no_memory("the second", &a);
    store.count = 0;
    a.right = OKTA_FIRST_COME;
    a.begins = true;
    expect_right_or_no_memory("a new store", &a);
    a.begins = false;
    a.right = OKTA_FIRST_COME_YOUNG;
    expect_right_or_no_memory("a young store", &a);
}
