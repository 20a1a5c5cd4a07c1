/* SPDX-License-Identifier: Apache-2.0 */
#include "store.h"

#include "unit.h"

#include <string.h>

store_state store;
const okta_store store_calls = {store_put, store_get, store_seconds, store_monotonic, NULL};

int64_t store_seconds(void)
{
    return store.now;
}

int64_t store_monotonic(void)
{
    return store.monotonic;
}

static bool is(const unsigned char *name, const unsigned char *other)
{
    return other && memcmp(name, other, OKTA_SEALED_NAME_BYTES) == 0;
}

store_entry *store_find(const unsigned char *name)
{
    for (int i = 0; i < store.count; i++)
        if (is(name, store.entries[i].name))
            return &store.entries[i];
    return NULL;
}

static bool begin_step(void *baton)
{
    if (store.before)
        store.before(baton);
    store.steps++;
    store.monotonic += store.slow;
    store.now += store.steps == 3 ? store.jump : 0;
    if (store.empty_before == store.steps)
        store.count = 0;
    return store.steps != store.failing;
}

static bool seems_empty(void)
{
    return store.absent_from && store.steps >= store.absent_from;
}

okta_store_answer store_put(void *baton, const unsigned char *name, int64_t end,
                            const unsigned char *bytes, size_t length)
{
    store_entry *at;

    if (!begin_step(baton) || seems_empty())
        return OKTA_STORE_FAILED;
    at = store_find(name);
    need(at || store.count < STORE_ENTRIES, "too many entries");
    at = at ? at : &store.entries[store.count++];
    memcpy(at->name, name, OKTA_SEALED_NAME_BYTES);
    memcpy(at->bytes, bytes, length);
    at->length = length;
    at->end = end;
    return OKTA_STORE_DONE;
}

okta_store_answer store_get(void *baton, const unsigned char *name, unsigned char *bytes,
                            size_t *length)
{
    const store_entry *at;

    need(*length == OKTA_FIRST_COME_BYTES, "room for %zu bytes", *length);
    if (!begin_step(baton))
        return OKTA_STORE_FAILED;
    at = store_find(name);
    if (!at || at->end <= store.now || seems_empty() || is(name, store.lost))
        return OKTA_STORE_ABSENT;
    memcpy(bytes, at->bytes, at->length);
    bytes[at->length - 1] ^= is(name, store.spoiled);
    *length = at->length;
    return OKTA_STORE_DONE;
}

okta_sealer store_sealer(unsigned char number)
{
    const unsigned char key[OKTA_SEALED_KEY_BYTES] = {number};
    okta_sealer sealer;

    need(okta_sealer_init(&sealer, key, "DPoP proofs"), "no keys");
    return sealer;
}

void store_clear(void)
{
    memset(&store, 0, sizeof(store));
    store.now = STORE_NOW;
    store.monotonic = 1;
}

void store_keep_beginning(void)
{
    static const unsigned char name[OKTA_SEALED_NAME_BYTES] = "mod_auth_okta beginning";
    const store_entry *at = store_find(name);

    need(at, "no beginning");
    store.entries[0] = *at;
    store.count = 1;
}
