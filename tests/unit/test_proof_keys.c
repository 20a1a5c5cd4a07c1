/* SPDX-License-Identifier: Apache-2.0 */
#include "proofs.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Digests fall into sets by their first eight bytes; `set` picks one, `number` tells them apart. */
static unsigned char *digest(unsigned int set, unsigned int number)
{
    unsigned char *made = keep(calloc(1, OKTA_DIGEST_BYTES));

    memcpy(made, &set, sizeof(set));
    memcpy(made + 16, &number, sizeof(number));
    return made;
}

static okta_proof_key *entry_named(unsigned int number)
{
    char name[OKTA_THUMBPRINT_LENGTH + 1];
    okta_key *key = load_key(mint_jwk(world_key("p256"), ""), NULL);

    need(key, "a key");
    snprintf(name, sizeof(name), "%0*u", OKTA_THUMBPRINT_LENGTH, number);
    return okta_proof_key_new(key, okta_algorithm_by_id(OKTA_ES256), name);
}

static void add(okta_proof_keys *keys, unsigned int set, unsigned int number)
{
    okta_proof_key *key = entry_named(number);

    need(key, "an entry");
    okta_proof_keys_add(keys, digest(set, number), key);
    okta_proof_key_unref(key);
}

/* Whether it is there; then it is the right one. */
static bool has(okta_proof_keys *keys, unsigned int set, unsigned int number)
{
    okta_proof_key *key = okta_proof_keys_find(keys, digest(set, number));
    bool found = key != NULL;

    if (key)
        check((unsigned int)atoi(okta_proof_key_thumbprint(key)) == number &&
                  okta_proof_key_algorithm(key)->id == OKTA_ES256 && okta_proof_key_of(key),
              "%s instead of %u", okta_proof_key_thumbprint(key), number);
    okta_proof_key_unref(key);
    return found;
}

rule(what_was_added_is_found)
{
    okta_proof_keys *keys = okta_proof_keys_new(100);

    need(keys, "memory");
    check(!has(keys, 1, 1), "nothing is there yet");
    add(keys, 1, 1);
    add(keys, 2, 2);
    add(keys, 1, 1);
    check(has(keys, 1, 1) && has(keys, 2, 2) && !has(keys, 1, 2), "two are there");
    okta_proof_keys_free(keys);
    okta_proof_keys_free(NULL);
    okta_proof_key_unref(NULL);
}

rule(what_is_used_stays_when_room_is_short)
{
    okta_proof_keys *keys = okta_proof_keys_new(8);
    size_t left = 0;

    for (unsigned int i = 0; i < 1000; i++) {
        add(keys, 5, i);
        check(has(keys, 5, 0), "the one in use, after %u others", i);
    }
    for (unsigned int i = 0; i < 1000; i++)
        left += has(keys, 5, i);
    check(left == 8, "%zu where 8 have room", left);
    okta_proof_keys_free(keys);
}

rule(a_key_in_use_outlives_its_place)
{
    okta_proof_keys *keys = okta_proof_keys_new(8);
    okta_proof_key *held;

    add(keys, 5, 7);
    held = okta_proof_keys_find(keys, digest(5, 7));
    need(held, "the key");
    okta_proof_keys_free(keys);
    check(atoi(okta_proof_key_thumbprint(held)) == 7, "%s", okta_proof_key_thumbprint(held));
    okta_proof_key_unref(held);
}

static okta_reason check_with(okta_proof_keys *keys, const okta_proof_terms *terms,
                              const char *proof)
{
    okta_proof good;

    okta_result_init(&last);
    return okta_proof_check(terms, keys, proof, strlen(proof), NOW, &good, &last);
}

static bool is_known(okta_proof_keys *keys, const char *proof)
{
    unsigned char header_digest[OKTA_DIGEST_BYTES];
    okta_proof_key *key;

    need(okta_digest(proof, strcspn(proof, "."), header_digest), "a digest");
    key = okta_proof_keys_find(keys, header_digest);
    okta_proof_key_unref(key);
    return key != NULL;
}

rule(a_good_proof_makes_its_key_known_and_a_bad_one_does_not)
{
    static const char *const bad[] = {"\"htm\":\"POST\"", "\"htu\":\"https://a.example/\"",
                                      "\"iat\":1",        "\"ath\":\"x\"",
                                      "\"jti\":\"\"",     "\"exp\":1"};
    okta_proof_keys *keys = okta_proof_keys_new(8);
    okta_proof_terms terms = proof_terms("p256"), others = proof_terms("rsa");
    char *forged = text("%s", proof_with("")), *signature = strrchr(forged, '.') + 1;

    signature[3] = signature[3] == 'A' ? 'B' : 'A';
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        check(check_with(keys, &terms, proof_with(bad[i])) != OKTA_OK, "%s", bad[i]);
    check(check_with(keys, &terms, forged) == OKTA_PROOF_SIGNATURE, "forged");
    check(check_with(keys, &others, proof_with("")) == OKTA_PROOF_OTHER_KEY, "another's token");
    check(!is_known(keys, forged), "known without a good proof");
    check(check_with(keys, &terms, proof_with("")) == OKTA_OK, "%s", last.detail);
    check(is_known(keys, forged), "not known after a good proof");
    okta_proof_keys_free(keys);
}

rule(a_known_key_is_held_to_every_check)
{
    static const struct {
        const char *members;
        okta_reason reason;
    } rows[] = {
        {"", OKTA_OK},
        {"\"jti\":\"j2\"", OKTA_OK},
        {"\"jti\":7", OKTA_PROOF_CLAIMS},
        {"\"htm\":\"POST\"", OKTA_PROOF_METHOD},
        {"\"htu\":\"https://a.example/\"", OKTA_PROOF_URL},
        {"\"iat\":1", OKTA_PROOF_EXPIRED},
        {"\"iat\":1800000000", OKTA_PROOF_FROM_FUTURE},
        {"\"ath\":\"x\"", OKTA_PROOF_OTHER_TOKEN},
    };
    static const struct {
        const char *kid, *alg;
    } pairs[] = {{"p256", "ES256"}, {"rsa", "RS256"}, {"rsa", "PS384"}, {"ed", "EdDSA"}};
    okta_proof_keys *keys = okta_proof_keys_new(8);

    for (size_t p = 0; p < COUNT_OF(pairs); p++) {
        okta_proof_terms terms = proof_terms(pairs[p].kid), other = proof_terms("p521");
        char *forged = text("%s", proof_by(pairs[p].kid, pairs[p].alg, "", ""));
        char *signature = strrchr(forged, '.') + 1;

        for (size_t i = 0; i < COUNT_OF(rows); i++)
            check(check_with(keys, &terms,
                             proof_by(pairs[p].kid, pairs[p].alg, "", rows[i].members)) ==
                      rows[i].reason,
                  "%s %s: %s", pairs[p].alg, rows[i].members, okta_reason_tag(last.reason));
        need(is_known(keys, forged), "%s", pairs[p].alg);
        check(check_with(keys, &other, forged) == OKTA_PROOF_OTHER_KEY, "another's token");
        signature[3] = signature[3] == 'A' ? 'B' : 'A';
        check(check_with(keys, &terms, forged) == OKTA_PROOF_SIGNATURE, "forged");
        terms.algorithms = OKTA_ALGORITHM_BIT(OKTA_ES512);
        check(check_with(keys, &terms, proof_by(pairs[p].kid, pairs[p].alg, "", "")) ==
                  OKTA_PROOF_ALGORITHM,
              "where its algorithm is not accepted");
    }
    okta_proof_keys_free(keys);
}

#define THREADS 4
#define ROUNDS 5000

typedef struct worker {
    pthread_t thread;
    okta_proof_keys *keys;
    okta_proof_key **entries;
    unsigned int seed, wrong;
} worker;

static void *work(void *baton)
{
    worker *self = baton;

    for (unsigned int i = 0; i < ROUNDS; i++) {
        unsigned int number = (self->seed = self->seed * 1103515245u + 12345u) >> 16 & 63;
        unsigned char key[OKTA_DIGEST_BYTES] = {(unsigned char)(number & 3), 0, 0, 0, 0, 0, 0, 0,
                                                (unsigned char)number};
        okta_proof_key *found = okta_proof_keys_find(self->keys, key);

        if (found)
            self->wrong += found != self->entries[number];
        else
            okta_proof_keys_add(self->keys, key, self->entries[number]);
        okta_proof_key_unref(found);
    }
    return NULL;
}

rule(threads_share_it)
{
    okta_proof_keys *keys = okta_proof_keys_new(32);
    okta_proof_key *entries[64];
    worker workers[THREADS];

    for (unsigned int i = 0; i < COUNT_OF(entries); i++)
        entries[i] = entry_named(i);
    for (unsigned int i = 0; i < THREADS; i++) {
        workers[i] = (worker){.keys = keys, .entries = entries, .seed = i + 1};
        need(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0, "thread %u", i);
    }
    for (unsigned int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        check(workers[i].wrong == 0, "thread %u: %u wrong answers", i, workers[i].wrong);
    }
    okta_proof_keys_free(keys);
    for (unsigned int i = 0; i < COUNT_OF(entries); i++)
        okta_proof_key_unref(entries[i]);
}
