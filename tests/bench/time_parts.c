/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/commands.h"
#include "bench/sample.h"
#include "bench/stopwatch.h"
#include "core/base64url.h"
#include "core/bearer.h"
#include "core/key.h"
#include "core/policy.h"
#include "core/reader.h"
#include "core/token_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TOKEN_BYTES 1077

/* A token in all the states that it goes through. */
typedef struct stages {
    char *field; /* Authorization */
    char *token;
    size_t length;
    okta_jws jws;
    okta_claims *claims;
    okta_key *key;
    okta_verdicts *table;
    _Alignas(max_align_t) char room[8192];
    okta_seen seen;
    int64_t now;
    okta_policy policy;
} stages;

static void need(bool good)
{
    if (!good) {
        fputs("okta-bench: a part of a verdict failed\n", stderr);
        exit(1);
    }
}

static void run_bearer(void *baton)
{
    const stages *t = baton;
    const char *token;
    size_t length;

    need(okta_bearer_find(t->field, false, NULL, &token, &length) == OKTA_OK);
}

static void run_token68(void *baton)
{
    const stages *t = baton;

    need(okta_bearer_is_token68(t->token));
}

static void run_digest(void *baton)
{
    stages *t = baton;

    need(okta_digest(t->token, t->length, t->seen.digest));
}

static void run_split(void *baton)
{
    stages *t = baton;
    okta_jws jws;
    okta_result result;

    need(okta_jws_split(&jws, t->token, t->length, &result) == OKTA_OK);
    okta_jws_clear(&jws);
}

static void run_header(void *baton)
{
    stages *t = baton;
    okta_result result;

    free(t->jws.header);
    need(okta_jws_read_header(&t->jws, &result) == OKTA_OK);
}

static void run_payload(void *baton)
{
    const stages *t = baton;
    okta_value *payload =
        okta_read_object((const char *)t->jws.payload, t->jws.payload_length, NULL);

    need(payload);
    free(payload);
}

static void run_claims(void *baton)
{
    stages *t = baton;
    okta_result result;
    okta_value *payload =
        okta_read_object((const char *)t->jws.payload, t->jws.payload_length, NULL);

    okta_claims_free(t->claims);
    t->claims = payload ? okta_claims_new(payload, &t->jws, &result) : NULL;
    need(t->claims);
}

static void run_signature(void *baton)
{
    const stages *t = baton;

    need(okta_key_verify(t->key, t->jws.algorithm, (const unsigned char *)t->token,
                         t->jws.signing_length, t->jws.signature,
                         t->jws.signature_length) == OKTA_SIGNATURE_GOOD);
}

static void run_policy(void *baton)
{
    const stages *t = baton;
    okta_result result;

    okta_result_init(&result);
    need(okta_policy_check(&t->policy, t->claims, t->now, NULL, &result) == OKTA_OK);
}

static bool any_keys(const okta_verdict_head *head, void *baton)
{
    (void)head;
    (void)baton;
    return true;
}

static void *room_at_hand(size_t size, void *room)
{
    need(size <= sizeof(((stages *)room)->room));
    return ((stages *)room)->room;
}

static void run_hit(void *baton)
{
    stages *t = baton;
    const okta_verdicts_caller caller = {any_keys, room_at_hand, t};
    okta_claims *claims;
    okta_result result;

    need(okta_token_cache_find(t->table, &t->seen, t->now, &caller, &claims, &result));
}

/* Each time another token, into a cache that is full. */
static void run_insert(void *baton)
{
    stages *t = baton;
    okta_seen seen = t->seen;
    static uint64_t serial;

    serial += 0x9e3779b97f4a7c15u;
    memcpy(seen.digest, &serial, sizeof(serial));
    okta_token_cache_accept(t->table, &seen, t->now, t->claims, NULL, 0);
}

static okta_verdicts *new_table(uint32_t entries)
{
    size_t size = okta_verdicts_size(entries);
    void *memory = aligned_alloc(OKTA_VERDICTS_ALIGNMENT, size);

    need(memory);
    return okta_verdicts_init(memset(memory, 0, size), entries);
}

static void prepare(stages *t)
{
    static const char *const issuers[] = {SAMPLE_ISSUER}, *const audiences[] = {SAMPLE_AUDIENCE};
    signer s = signer_new(OKTA_RS256, 2048);
    char *payload = sample_payload(&s, SAMPLE_ISSUER, TOKEN_BYTES), *jwk = signer_jwk(&s);
    okta_value *parsed = okta_read_object(jwk, strlen(jwk), NULL);
    okta_result result;

    t->token = signer_token(&s, payload);
    t->length = strlen(t->token);
    need(asprintf(&t->field, "Bearer %s", t->token) > 0);
    t->now = (int64_t)time(NULL);
    t->policy = (okta_policy){.issuers = {1, issuers},
                              .audiences = {1, audiences},
                              .algorithms = OKTA_ALGORITHMS_DEFAULT,
                              .skew = OKTA_SKEW_DEFAULT,
                              .max_token_bytes = OKTA_TOKEN_BYTES_DEFAULT};
    need(okta_jws_split(&t->jws, t->token, t->length, &result) == OKTA_OK);
    need(okta_jws_read_header(&t->jws, &result) == OKTA_OK);
    run_claims(t);
    t->key = parsed ? okta_key_from_jwk(parsed, NULL) : NULL;
    t->table = new_table(4096);
    need(t->claims && t->key && okta_digest(t->token, t->length, t->seen.digest));
    okta_token_cache_accept(t->table, &t->seen, t->now, t->claims, NULL, 0);
    free(parsed);
    free(jwk);
    free(payload);
    signer_clear(&s);
}

static void release(stages *t)
{
    free(t->table);
    okta_key_free(t->key);
    okta_claims_free(t->claims);
    okta_jws_clear(&t->jws);
    free(t->field);
    free(t->token);
}

int bench_time_parts(int argc, char **argv)
{
    double seconds = stopwatch_seconds(argc, argv);
    stages t = {.seen.kind = OKTA_VERDICT_ON_TOKEN};
    /* the hit before the insert, which pushes everything out */
    measured parts[] = {{"find the token in the field", run_bearer, &t, 0},
                        {"check its syntax", run_token68, &t, 0},
                        {"SHA-256 of the token", run_digest, &t, 0},
                        {"cache: find", run_hit, &t, 0},
                        {"split, base64url", run_split, &t, 0},
                        {"header: JSON", run_header, &t, 0},
                        {"payload: JSON", run_payload, &t, 0},
                        {"signature", run_signature, &t, 0},
                        {"payload: JSON, made claims", run_claims, &t, 0},
                        {"policy", run_policy, &t, 0}};
    measured insert = {"cache: insert, full", run_insert, &t, 0};
    size_t count = sizeof(parts) / sizeof(parts[0]);

    prepare(&t);
    stopwatch_measure(parts, count, seconds);
    stopwatch_measure(&insert, 1, seconds);
    puts("[");
    for (size_t i = 0; i < count; i++)
        printf("{\"part\":\"%s\",\"ns\":%.0f},\n", parts[i].name, parts[i].ns);
    printf("{\"part\":\"%s\",\"ns\":%.0f}\n]\n", insert.name, insert.ns);
    release(&t);
    return 0;
}
