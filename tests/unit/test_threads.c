/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* One key set, one claims object, many threads, as httpd's workers have them. */

#define THREADS 4
#define ROUNDS 30

typedef struct worker {
    pthread_t thread;
    okta_keyset *keys;
    char *const *tokens;
    size_t count;
    size_t wrong;
} worker;

static okta_claims *shared;

static okta_reason find_shared(void *baton, const char *issuer, okta_keyset **keys)
{
    (void)issuer;
    *keys = okta_keyset_ref(baton);
    return OKTA_OK;
}

static void *work(void *baton)
{
    worker *self = baton;
    const okta_keyring keyring = {find_shared, self->keys};
    okta_policy policy = world_policy();

    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < self->count; i++) {
            const char *token = self->tokens[i];
            okta_claims *claims;
            okta_result result;
            okta_reason reason =
                okta_verify(&policy, &keyring, token, strlen(token), NULL, &claims, &result);

            self->wrong += reason != (i % 2 ? OKTA_SIGNATURE_INVALID : OKTA_OK);
            self->wrong += okta_policy_check(&policy, shared, NOW, NULL, &result) != OKTA_OK;
            okta_claims_free(claims);
        }
    }
    return NULL;
}

rule(verdicts_are_the_same_on_many_threads_at_once)
{
    static const char *const pairs[][2] = {{"RS256", "rsa"},  {"RS256", "rs256"}, {"PS512", "rsa"},
                                           {"ES256", "p256"}, {"ES512", "p521"},  {"EdDSA", "ed"}};
    char *tokens[COUNT_OF(pairs) * 2];
    worker workers[THREADS];
    okta_result result;

    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        char *good = mint_token(world_key(pairs[i][1]), pairs[i][0],
                                header(pairs[i][0], pairs[i][1], ""), payload(""));
        char *bad = text("%s", good);
        char *first = strrchr(bad, '.') + 1;

        first[3] = first[3] == 'A' ? 'B' : 'A';
        tokens[2 * i] = good;
        tokens[2 * i + 1] = bad;
    }
    shared = world_claims(payload(""), OKTA_TYPE_ABSENT, &result);
    for (size_t i = 0; i < THREADS; i++) {
        workers[i] = (worker){.keys = world_keys(), .tokens = tokens, .count = COUNT_OF(tokens)};
        need(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0, "thread %zu", i);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        check(workers[i].wrong == 0, "thread %zu: %zu wrong verdicts", i, workers[i].wrong);
    }
    okta_claims_free(shared);
}
