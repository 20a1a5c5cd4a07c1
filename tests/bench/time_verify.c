/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/commands.h"
#include "bench/sample.h"
#include "bench/stopwatch.h"
#include "core/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TOKEN_BYTES 1077

/* One algorithm: the token, and what a bare verification of its signature takes. */
typedef struct subject {
    signer s;
    char *token;
    size_t signing_length;
    unsigned char *signature;
    size_t signature_length;
    EVP_MD_CTX *prepared;
    okta_keyset *keys;
} subject;

static const char *const issuers[] = {SAMPLE_ISSUER};
static const char *const audiences[] = {SAMPLE_AUDIENCE};
static const okta_policy policy = {.issuers = {1, issuers},
                                   .audiences = {1, audiences},
                                   .algorithms = OKTA_ALGORITHMS_ALL,
                                   .skew = OKTA_SKEW_DEFAULT,
                                   .max_token_bytes = OKTA_TOKEN_BYTES_DEFAULT};
static int64_t now;

static okta_reason find_keys(void *baton, const char *issuer, okta_keyset **keys)
{
    const subject *of = baton;

    (void)issuer;
    *keys = okta_keyset_ref(of->keys);
    return OKTA_OK;
}

static void run_ours(void *baton)
{
    subject *of = baton;
    const okta_keyring keyring = {find_keys, of};
    okta_claims *claims;
    okta_result result;

    if (okta_verify(&policy, &keyring, of->token, strlen(of->token), NULL, &claims, &result) !=
            OKTA_OK ||
        okta_policy_check(&policy, claims, now, NULL, &result) != OKTA_OK) {
        fprintf(stderr, "okta-bench: %s: %s\n", of->s.algorithm->name, result.detail);
        exit(1);
    }
    okta_claims_free(claims);
}

/* The least that OpenSSL can do: the key is parsed, and the context copied where it can be copied
 * (EdDSA has no digest to prepare). */
static void run_bare(void *baton)
{
    subject *of = baton;
    EVP_MD_CTX *context;

    if (of->s.algorithm->digest) {
        context = EVP_MD_CTX_new();
        EVP_MD_CTX_copy_ex(context, of->prepared);
    } else {
        context = signer_verification(&of->s);
    }
    if (EVP_DigestVerify(context, of->signature, of->signature_length,
                         (const unsigned char *)of->token, of->signing_length) != 1)
        exit(1);
    EVP_MD_CTX_free(context);
}

static void prepare(subject *of, okta_algorithm_id id, int bits)
{
    char *payload, *jwk, *jwks;

    of->s = signer_new(id, bits);
    payload = sample_payload(&of->s, SAMPLE_ISSUER, TOKEN_BYTES);
    of->token = signer_token(&of->s, payload);
    of->signing_length = (size_t)(strrchr(of->token, '.') - of->token);
    of->signature = signer_sign(&of->s, of->token, of->signing_length, &of->signature_length);
    of->prepared = signer_verification(&of->s);
    jwk = signer_jwk(&of->s);
    if (asprintf(&jwks, "{\"keys\":[%s]}", jwk) < 0)
        abort();
    of->keys = okta_keyset_parse(jwks, strlen(jwks), NULL, NULL, NULL, NULL);
    free(jwks);
    free(jwk);
    free(payload);
}

static void release(subject *of)
{
    okta_keyset_unref(of->keys);
    EVP_MD_CTX_free(of->prepared);
    free(of->signature);
    free(of->token);
    signer_clear(&of->s);
}

int bench_time_verify(int argc, char **argv)
{
    static const struct {
        okta_algorithm_id id;
        int bits;
    } all[] = {{OKTA_RS256, 2048}, {OKTA_RS256, 3072}, {OKTA_RS256, 4096}, {OKTA_RS384, 2048},
               {OKTA_RS512, 2048}, {OKTA_PS256, 2048}, {OKTA_PS384, 2048}, {OKTA_PS512, 2048},
               {OKTA_ES256, 0},    {OKTA_ES384, 0},    {OKTA_ES512, 0},    {OKTA_EDDSA, 0}};
    double seconds = stopwatch_seconds(argc, argv);
    size_t count = sizeof(all) / sizeof(all[0]);

    now = (int64_t)time(NULL);
    puts("[");
    for (size_t i = 0; i < count; i++) {
        subject of;
        measured both[] = {{"okta_verify", run_ours, &of, 0}, {"bare", run_bare, &of, 0}};

        prepare(&of, all[i].id, all[i].bits);
        stopwatch_measure(both, 2, seconds);
        printf("{\"algorithm\":\"%s\",\"bits\":%d,\"token_bytes\":%zu,\"okta_ns\":%.0f,"
               "\"bare_ns\":%.0f,\"per_second\":%.0f,\"ratio\":%.3f}%s\n",
               of.s.algorithm->name, EVP_PKEY_get_bits(of.s.key), strlen(of.token), both[0].ns,
               both[1].ns, 1e9 / both[0].ns, both[0].ns / both[1].ns, i + 1 < count ? "," : "");
        fflush(stdout);
        release(&of);
    }
    puts("]");
    return 0;
}

int bench_time_bare(int argc, char **argv)
{
    double seconds = stopwatch_seconds(argc, argv);
    subject of;
    measured bare = {"bare", run_bare, &of, 0};

    prepare(&of, OKTA_RS256, 2048);
    stopwatch_measure(&bare, 1, seconds);
    printf("%.0f\n", bare.ns);
    release(&of);
    return 0;
}
