/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/commands.h"
#include "bench/proofs.h"
#include "bench/sample.h"
#include "bench/stopwatch.h"
#include "core/proof.h"
#include "core/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define URL "https://api.example.com/orders/17"
#define ENTRIES OKTA_REPLAY_ENTRIES_DEFAULT
#define BATCH 2000
/* the server that gets minted proofs starts after that, and takes none of before */
#define AHEAD 50
#define BATCHES 9

/* A proof, and what a bare verification of its signature takes. */
typedef struct subject {
    prover p;
    char *proof;
    unsigned char token_digest[OKTA_DIGEST_BYTES];
    size_t signing_length;
    unsigned char *signature;
    size_t signature_length;
    EVP_MD_CTX *prepared;
    okta_proof_keys *keys;
} subject;

static int64_t now;

static void fail(const char *what)
{
    fprintf(stderr, "okta-bench: %s\n", what);
    exit(1);
}

static void check_with(subject *of, okta_proof_keys *keys)
{
    const okta_proof_terms terms = {.algorithms = OKTA_PROOF_ALGORITHMS_DEFAULT,
                                    .window = OKTA_PROOF_WINDOW_MAX,
                                    .skew = 60,
                                    .method = "GET",
                                    .url = URL,
                                    .token_digest = of->token_digest,
                                    .thumbprint = of->p.thumbprint};
    okta_proof proof;
    okta_result result;

    if (okta_proof_check(&terms, keys, of->proof, strlen(of->proof), now, &proof, &result) !=
        OKTA_OK)
        fail(result.detail);
}

static void run_known(void *baton)
{
    subject *of = baton;

    check_with(of, of->keys);
}

static void run_new(void *baton)
{
    check_with(baton, NULL);
}

/* The least that OpenSSL can do: the key is parsed, the context copied. */
static void run_bare(void *baton)
{
    subject *of = baton;
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    EVP_MD_CTX_copy_ex(context, of->prepared);
    if (EVP_DigestVerify(context, of->signature, of->signature_length,
                         (const unsigned char *)of->proof, of->signing_length) != 1)
        fail("bare verification");
    EVP_MD_CTX_free(context);
}

static void prepare(subject *of, okta_algorithm_id id, int bits)
{
    of->p = prover_new(id, bits);
    okta_digest("token", 5, of->token_digest);
    of->proof = prover_proof(&of->p, URL, 0, of->token_digest);
    of->signing_length = (size_t)(strrchr(of->proof, '.') - of->proof);
    of->signature = signer_sign(&of->p.s, of->proof, of->signing_length, &of->signature_length);
    of->prepared = signer_verification(&of->p.s);
    of->keys = okta_proof_keys_new(64);
}

static void release(subject *of)
{
    okta_proof_keys_free(of->keys);
    EVP_MD_CTX_free(of->prepared);
    free(of->signature);
    free(of->proof);
    prover_clear(&of->p);
}

static void time_algorithm(okta_algorithm_id id, int bits, double seconds)
{
    subject of;
    measured all[] = {
        {"known key", run_known, &of, 0}, {"new key", run_new, &of, 0}, {"bare", run_bare, &of, 0}};

    prepare(&of, id, bits);
    stopwatch_measure(all, 3, seconds);
    printf("{\"algorithm\":\"%s\",\"bits\":%d,\"known_ns\":%.0f,\"new_ns\":%.0f,\"bare_ns\":%.0f,"
           "\"ratio\":%.3f},\n",
           of.p.s.algorithm->name, EVP_PKEY_get_bits(of.p.s.key), all[0].ns, all[1].ns, all[2].ns,
           all[0].ns / all[2].ns);
    fflush(stdout);
    release(&of);
}

static int64_t clock_now(void)
{
    return now;
}

static void take(okta_replay *memory, uint64_t number, okta_replay_answer expected)
{
    unsigned char id[OKTA_DIGEST_BYTES];

    okta_digest(&number, sizeof(number), id);
    if (okta_replay_take(memory, id, now - (int64_t)(number % 60), clock_now) != expected)
        fail("the memory of proofs answers something else than expected");
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

/* Nanoseconds of a call beyond the digest that makes its id, where `filled` are remembered. */
static double time_takes(uint64_t filled, okta_replay_answer expected)
{
    double rounds[BATCHES];

    for (size_t round = 0; round < BATCHES; round++) {
        okta_replay *memory =
            okta_replay_init(calloc(1, okta_replay_size(ENTRIES)), ENTRIES, 60, 60, now);
        unsigned char id[OKTA_DIGEST_BYTES];
        double start, digests;

        for (uint64_t i = 0; i < filled; i++)
            take(memory, i, OKTA_REPLAY_FIRST);
        start = stopwatch_now();
        for (uint64_t i = 0; i < BATCH; i++)
            take(memory, filled + i, expected);
        digests = stopwatch_now();
        for (uint64_t i = 0; i < BATCH; i++)
            okta_digest(&i, sizeof(i), id);
        rounds[round] = (digests - start - (stopwatch_now() - digests)) / BATCH;
        free(memory);
    }
    qsort(rounds, BATCHES, sizeof(double), compare);
    return rounds[BATCHES / 2];
}

int bench_time_proof(int argc, char **argv)
{
    double seconds = stopwatch_seconds(argc, argv);

    now = (int64_t)time(NULL);
    puts("[");
    time_algorithm(OKTA_ES256, 0, seconds);
    time_algorithm(OKTA_RS256, 2048, seconds);
    printf("{\"replay_ns\":{\"0 %%\":%.0f,\"50 %%\":%.0f,\"100 %%\":%.0f,\"refused\":%.0f}}\n]\n",
           time_takes(0, OKTA_REPLAY_FIRST), time_takes(ENTRIES / 2, OKTA_REPLAY_FIRST),
           time_takes(ENTRIES - BATCH, OKTA_REPLAY_FIRST), time_takes(ENTRIES, OKTA_REPLAY_FULL));
    return 0;
}

int bench_mint_proofs(int argc, char **argv)
{
    long count = argc == 5 ? atol(argv[1]) : 0;
    const okta_algorithm *algorithm =
        argc == 5 ? okta_algorithm_by_name(argv[2], strlen(argv[2])) : NULL;
    unsigned char digest[OKTA_DIGEST_BYTES];
    char *path, *payload, *bound, *token;
    FILE *file;
    prover p;
    signer s;

    if (count < 1 || !algorithm)
        fail("mint-proofs FOLDER COUNT ALGORITHM URL ISSUER");
    s = signer_new(OKTA_RS256, 2048);
    p = prover_new(algorithm->id, 2048);
    payload = sample_payload(&s, argv[4], 1077);
    bound = prover_bind(&p, payload);
    token = signer_token(&s, bound);
    okta_digest(token, strlen(token), digest);
    mint_write_keys(argv[0], &s, 1);
    if (asprintf(&path, "%s/proofs", argv[0]) < 0 || !(file = fopen(path, "w")))
        fail("the folder cannot be written to");
    for (long i = 0; i < count; i++) {
        char *proof = prover_proof(&p, argv[3], AHEAD, digest);

        fprintf(file, "%s %s\n", token, proof);
        free(proof);
    }
    if (fclose(file) != 0)
        fail("writing");
    return 0;
}
