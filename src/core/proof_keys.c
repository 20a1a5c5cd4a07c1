/* SPDX-License-Identifier: Apache-2.0 */
#include "core/proof_keys.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A set-associative cache, evicting by second chance, as core/token_cache.c: finding, adding and
 * evicting cost the same however full it is. */
#define WAYS 8
#define LOCKS 64

struct okta_proof_key {
    atomic_uint references;
    okta_key *key;
    const okta_algorithm *algorithm;
    char thumbprint[OKTA_THUMBPRINT_LENGTH + 1];
};

typedef struct entry {
    unsigned char digest[OKTA_DIGEST_BYTES];
    okta_proof_key *key; /* NULL: free */
    bool used;           /* since the clock's hand last passed */
} entry;

typedef struct set {
    entry entries[WAYS];
    size_t hand; /* of the clock */
} set;

struct okta_proof_keys {
    pthread_mutex_t locks[LOCKS];
    size_t count;
    set *sets;
};

okta_proof_keys *okta_proof_keys_new(size_t entries)
{
    okta_proof_keys *keys = calloc(1, sizeof(*keys));
    size_t count = 1;

    if (!keys)
        return NULL;
    while (count * WAYS < entries)
        count *= 2;
    keys->count = count;
    /* zeroed pages of a large block are not there until they are written */
    keys->sets = calloc(count, sizeof(set));
    if (!keys->sets) {
        free(keys);
        return NULL;
    }
    for (size_t i = 0; i < LOCKS; i++)
        pthread_mutex_init(&keys->locks[i], NULL);
    return keys;
}

void okta_proof_keys_free(okta_proof_keys *keys)
{
    if (!keys)
        return;
    for (size_t i = 0; i < keys->count; i++)
        for (size_t k = 0; k < WAYS; k++)
            okta_proof_key_unref(keys->sets[i].entries[k].key);
    for (size_t i = 0; i < LOCKS; i++)
        pthread_mutex_destroy(&keys->locks[i]);
    free(keys->sets);
    free(keys);
}

okta_proof_key *okta_proof_key_new(okta_key *key, const okta_algorithm *algorithm,
                                   const char thumbprint[OKTA_THUMBPRINT_LENGTH + 1])
{
    okta_proof_key *made = malloc(sizeof(*made));

    if (!made) {
        okta_key_free(key);
        return NULL;
    }
    okta_key_prepare(key, algorithm);
    atomic_init(&made->references, 1);
    made->key = key;
    made->algorithm = algorithm;
    memcpy(made->thumbprint, thumbprint, sizeof(made->thumbprint));
    return made;
}

static okta_proof_key *reference(okta_proof_key *key)
{
    atomic_fetch_add_explicit(&key->references, 1, memory_order_relaxed);
    return key;
}

void okta_proof_key_unref(okta_proof_key *key)
{
    if (!key || atomic_fetch_sub_explicit(&key->references, 1, memory_order_acq_rel) != 1)
        return;
    okta_key_free(key->key);
    free(key);
}

const okta_key *okta_proof_key_of(const okta_proof_key *key)
{
    return key->key;
}

const okta_algorithm *okta_proof_key_algorithm(const okta_proof_key *key)
{
    return key->algorithm;
}

const char *okta_proof_key_thumbprint(const okta_proof_key *key)
{
    return key->thumbprint;
}

/* The set of the digest, locked; unlock with *lock. */
static set *enter(okta_proof_keys *keys, const unsigned char *digest, pthread_mutex_t **lock)
{
    uint64_t head;
    size_t index;

    memcpy(&head, digest, sizeof(head));
    index = (size_t)(head & (keys->count - 1));
    *lock = &keys->locks[index % LOCKS];
    pthread_mutex_lock(*lock);
    return &keys->sets[index];
}

static entry *find(set *in, const unsigned char *digest)
{
    for (size_t i = 0; i < WAYS; i++)
        if (in->entries[i].key &&
            CRYPTO_memcmp(in->entries[i].digest, digest, OKTA_DIGEST_BYTES) == 0)
            return &in->entries[i];
    return NULL;
}

okta_proof_key *okta_proof_keys_find(okta_proof_keys *keys,
                                     const unsigned char digest[OKTA_DIGEST_BYTES])
{
    pthread_mutex_t *lock;
    entry *e = find(enter(keys, digest, &lock), digest);
    okta_proof_key *found = e ? reference(e->key) : NULL;

    if (e)
        e->used = true;
    pthread_mutex_unlock(lock);
    return found;
}

/* A free place, else the next one that was not used since the hand passed. */
static entry *place_in(set *in)
{
    for (size_t i = 0; i < WAYS; i++)
        if (!in->entries[i].key)
            return &in->entries[i];
    for (;;) {
        entry *e = &in->entries[in->hand];

        in->hand = (in->hand + 1) % WAYS;
        if (!e->used)
            return e;
        e->used = false;
    }
}

void okta_proof_keys_add(okta_proof_keys *keys, const unsigned char digest[OKTA_DIGEST_BYTES],
                         okta_proof_key *key)
{
    okta_proof_key *gone = NULL;
    pthread_mutex_t *lock;
    set *in = enter(keys, digest, &lock);

    /* another thread may have been here first */
    if (!find(in, digest)) {
        entry *e = place_in(in);

        gone = e->key;
        *e = (entry){.key = reference(key)};
        memcpy(e->digest, digest, OKTA_DIGEST_BYTES);
    }
    pthread_mutex_unlock(lock);
    okta_proof_key_unref(gone);
}
