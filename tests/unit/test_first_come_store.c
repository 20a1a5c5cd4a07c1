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
#define TOKEN_BYTES 16

static const unsigned char id[OKTA_DIGEST_BYTES] = "a proof";

int __real_RAND_bytes(unsigned char *bytes, int count);
int __wrap_RAND_bytes(unsigned char *bytes, int count);

static bool chance_fails;
static unsigned char chance[TOKEN_BYTES]; /* the last that were given out as many at once */

int __wrap_RAND_bytes(unsigned char *bytes, int count)
{
    const int outcome = __real_RAND_bytes(bytes, count);

    if (count == TOKEN_BYTES)
        memcpy(chance, bytes, TOKEN_BYTES);
    return chance_fails ? 0 : outcome;
}

static bool is(const unsigned char *name, const unsigned char *other)
{
    return other && memcmp(name, other, OKTA_SEALED_NAME_BYTES) == 0;
}

/* A lid that somebody else puts in place of ours: his token differs in one byte. */
static struct forged {
    const unsigned char *name;
    const okta_sealer *sealer;
    size_t byte, less; /* by so many bytes it is shorter */
} forged;

static void forge(store_entry *lid)
{
    unsigned char token[OKTA_FIRST_COME_BYTES];
    size_t length;

    need(okta_unseal(forged.sealer, lid->name, store.now, lid->bytes, lid->length, token,
                     &length) == OKTA_UNSEALED_GOOD,
         "no lid");
    token[forged.byte] ^= 1;
    length -= forged.less;
    lid->length -= forged.less;
    need(okta_seal(forged.sealer, lid->name, lid->end, token, length, lid->bytes), "not sealed");
}

static okta_store_answer put(void *baton, const unsigned char *name, int64_t end,
                             const unsigned char *bytes, size_t length)
{
    const okta_store_answer answer = store_put(baton, name, end, bytes, length);

    if (is(name, forged.name))
        forge(store_find(name));
    return answer;
}

static const okta_store calls = {put, store_get, store_seconds, store_monotonic, NULL};

/* Of a store that began long ago. */
static okta_sealer begin(void)
{
    const okta_sealer sealer = store_sealer(1);

    store_clear();
    store.now = NOW - 1000;
    need(okta_first_come_begin(&calls, &sealer, WINDOW, SKEW) == OKTA_FIRST_COME, "no beginning");
    store.now = NOW;
    return sealer;
}

static okta_first_come take(const okta_sealer *sealer)
{
    const okta_arrival arrival = {id, NOW, WINDOW, SKEW};
    int64_t wait, age;

    return okta_first_come_take(&calls, sealer, &arrival, &wait, &age);
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

/* What a lid holds, opened. */
static void token_of(const okta_sealer *sealer, const store_entry *lid, unsigned char *token)
{
    unsigned char opened[OKTA_FIRST_COME_BYTES];
    size_t length = 0;

    need(okta_unseal(sealer, lid->name, store.now, lid->bytes, lid->length, opened, &length) ==
                 OKTA_UNSEALED_GOOD &&
             length == TOKEN_BYTES,
         "no lid");
    memcpy(token, opened, TOKEN_BYTES);
}

/* By it a host knows its own lid. */
rule(a_token_is_of_chance_in_each_byte)
{
    const okta_sealer sealer = begin();
    unsigned char lid[OKTA_SEALED_NAME_BYTES], token[TOKEN_BYTES];

    name_of(&sealer, 'l', lid);
    need(take(&sealer) == OKTA_FIRST_COME && store_find(lid), "the first one");
    token_of(&sealer, store_find(lid), token);
    check(memcmp(token, chance, sizeof(token)) == 0, "other bytes");
}

/* And its own lid from any other. */
rule(a_token_counts_in_each_byte)
{
    for (size_t byte = 0; byte < TOKEN_BYTES; byte++) {
        const okta_sealer sealer = begin();
        unsigned char lid[OKTA_SEALED_NAME_BYTES];

        name_of(&sealer, 'l', lid);
        forged = (struct forged){lid, &sealer, byte, 0};
        check(take(&sealer) == OKTA_FIRST_COME_NOT, "byte %zu", byte);
        forged.name = NULL;
    }
}

rule(what_has_another_length_is_a_stranger_s)
{
    const okta_sealer sealer = begin();
    unsigned char lid[OKTA_SEALED_NAME_BYTES];

    name_of(&sealer, 'l', lid);
    forged = (struct forged){lid, &sealer, 0, 1};
    check(take(&sealer) == OKTA_FIRST_COME_STRANGER, "a shorter one");
    forged.name = NULL;
}

rule(without_chance_nobody_comes_first)
{
    const okta_sealer sealer = begin();

    chance_fails = true;
    check(take(&sealer) == OKTA_FIRST_COME_NO_MEMORY, "a proof");
    check(okta_first_come_begin(&calls, &sealer, WINDOW, SKEW) == OKTA_FIRST_COME_NO_MEMORY,
          "a beginning");
    chance_fails = false;
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

/* Of who only begins: each is under the name that its token gives it. */
static void expect_lids_by_name(const okta_sealer *sealer)
{
    static const unsigned char beginning[OKTA_SEALED_NAME_BYTES] = "mod_auth_okta beginning";
    unsigned char token[TOKEN_BYTES], name[OKTA_SEALED_NAME_BYTES];
    const bool was_armed = armed;

    armed = false;
    for (int i = 0; i < store.count; i++) {
        if (is(store.entries[i].name, beginning))
            continue;
        token_of(sealer, &store.entries[i], token);
        need(okta_sealed_name(sealer, token, sizeof(token), name), "no name");
        if (!is(name, store.entries[i].name))
            abort();
    }
    armed = was_armed;
}

static void expect_entries_of_id(const okta_sealer *sealer)
{
    unsigned char name[OKTA_SEALED_NAME_BYTES];
    const bool was_armed = armed;

    armed = false;
    for (const char *kind = "lf"; *kind; kind++) {
        name_of(sealer, *kind, name);
        if (!store_find(name))
            abort();
    }
    armed = was_armed;
}

/* What is not set shall not be by chance what it was before. */
static __attribute__((noinline)) void spoil_the_stack(void)
{
    volatile unsigned char bytes[8192];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = 0xa5;
}

static bool go_again(void *baton)
{
    const again *a = baton;
    okta_first_come come;

    spoil_the_stack();
    store = a->before;
    come = a->begins ? okta_first_come_begin(&calls, &a->sealer, WINDOW, SKEW) : take(&a->sealer);
    if (come != a->right && (!armed || come != OKTA_FIRST_COME_NO_MEMORY))
        abort();
    if (a->begins)
        expect_lids_by_name(&a->sealer);
    else if (come == OKTA_FIRST_COME)
        expect_entries_of_id(&a->sealer);
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
