/* SPDX-License-Identifier: Apache-2.0 */
#include "core/certificate.h"
#include "core/metadata.h"
#include "core/reader.h"
#include "core/snapshot.h"
#include "core/token_cache.h"
#include "scarce.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every allocation fails once. Nothing may crash or leak, no bad token may pass, and what passes
 * carries its claims. */

typedef struct judged {
    char *token;
    okta_keyset *keys;
    okta_reason reason;
    okta_reason blamed; /* what a good token was called, where memory was to blame */
} judged;

static okta_reason find_ready(void *baton, const char *issuer, okta_keyset **keys)
{
    (void)issuer;
    *keys = okta_keyset_ref(((judged *)baton)->keys);
    return OKTA_OK;
}

static bool verify(void *baton)
{
    judged *self = baton;
    const okta_keyring keyring = {find_ready, self};
    okta_policy policy = world_policy();
    okta_claims *claims = NULL;
    okta_result result;
    okta_reason reason =
        okta_verify(&policy, &keyring, self->token, strlen(self->token), NULL, &claims, &result);
    bool good = reason == OKTA_OK;

    if (good != (claims != NULL) || reason != result.reason || reason == OKTA_UNSET)
        abort();
    if (good) {
        const okta_value *subject = okta_claims_get(claims, "sub");

        good = okta_policy_check(&policy, claims, NOW, NULL, &result) == OKTA_OK;
        if (good && (!subject || strcmp(subject->as.string, "user@example.com") != 0))
            abort();
    }
    if (!good && armed && self->reason == OKTA_OK && result.reason != OKTA_OUT_OF_MEMORY)
        self->blamed = result.reason;
    okta_claims_free(claims);
    return good;
}

static const char *const pairs[][2] = {{"RS256", "rsa"},  {"RS256", "rs256"}, {"PS256", "rsa"},
                                       {"ES256", "p256"}, {"ES512", "p521"},  {"EdDSA", "ed"}};

static char *minted(size_t i, const char *claims)
{
    return mint_token(world_key(pairs[i][1]), pairs[i][0], header(pairs[i][0], pairs[i][1], ""),
                      claims);
}

rule(a_good_token_passes_whole_or_not_at_all)
{
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        judged good = {minted(i, payload("")), world_keys(), OKTA_OK, OKTA_OK};
        expect_survival(text("good %s", pairs[i][0]), verify, &good, true);
    }
}

/* It needs more than what the reader has at hand. */
rule(a_large_token_passes_whole_or_not_at_all)
{
    char *groups = text("\"groups\":[\"a\"%s]", repeat(",\"another\"", 400));
    judged large = {minted(0, payload(groups)), world_keys(), OKTA_OK, OKTA_OK};
    judged torn = {minted(0, text("{%s", groups)), world_keys(), OKTA_CLAIMS_MALFORMED, OKTA_OK};

    expect_survival("a large token", verify, &large, true);
    expect_survival("half a large token", verify, &torn, false);
}

rule(a_bad_token_never_passes)
{
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        judged bad = {minted(i, payload("")), world_keys(), OKTA_SIGNATURE_INVALID, OKTA_OK};
        judged expired = {minted(i, payload("\"exp\":1")), world_keys(), OKTA_TOKEN_EXPIRED,
                          OKTA_OK};
        judged typed = {minted(i, payload("\"exp\":\"1\"")), world_keys(), OKTA_CLAIMS_MALFORMED,
                        OKTA_OK};
        char *signature = strrchr(bad.token, '.') + 1;

        signature[5] = signature[5] == 'A' ? 'B' : 'A';
        expect_survival(text("tampered %s", pairs[i][0]), verify, &bad, false);
        expect_survival(text("expired %s", pairs[i][0]), verify, &expired, false);
        expect_survival(text("mistyped %s", pairs[i][0]), verify, &typed, false);
    }
}

rule(a_header_that_is_refused_is_refused_without_memory_too)
{
    judged crit = {token_with_header(header("RS256", "rsa", "\"crit\":[\"x\"]")), world_keys(),
                   OKTA_HEADER_CRITICAL, OKTA_OK};
    judged none = {token_with_header(header("none", "rsa", "")), world_keys(),
                   OKTA_ALGORITHM_REFUSED, OKTA_OK};
    judged twice = {token_with_header("{\"alg\":\"RS256\",\"kid\":\"rsa\",\"alg\":\"RS256\"}"),
                    world_keys(), OKTA_HEADER_MALFORMED, OKTA_OK};

    expect_survival("crit", verify, &crit, false);
    expect_survival("alg none", verify, &none, false);
    expect_survival("alg twice", verify, &twice, false);
}

/* A field that a proxy set, and the thumbprint of its certificate. */
static bool read_certificate(void *field)
{
    char thumbprint[OKTA_THUMBPRINT_LENGTH + 1] = "";
    okta_error error = {""};

    if (okta_certificate_thumbprint(field, thumbprint, &error)) {
        if (strcmp(thumbprint, "2c3a2HOTHj06Vw2LVCW3BN-StvGrCMm-ijhKVDYSsN4") != 0)
            abort();
        return true;
    }
    /* the certificate is good: nothing else can be wrong */
    if (armed && !okta_error_is_no_memory(&error))
        abort();
    return false;
}

rule(a_certificate_is_not_to_blame_for_a_lack_of_memory)
{
    static const char *const forms[] = {"rfc9440", "pem", "blanks", "escaped"};

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        size_t length;
        char *field = read_file(text("tests/fuzz/corpus/certificate/valid/%s", forms[i]), &length);

        expect_survival(forms[i], read_certificate, text("%.*s", (int)length, field), true);
    }
}

/* As a reader does that drops a byte of a string when it cannot grow its buffer, and goes on. */
rule(no_claim_loses_a_character)
{
    static const char subject[] = "a-rather-long-name-of-somebody@a-rather-long-domain.example";
    char *claims = text("{\"sub\":\"%s\",\"iss\":\"" ISSUER "\",\"aud\":\"api://default\","
                        "\"exp\":1800000000}",
                        subject);
    char *token = minted(5, claims);
    judged self = {token, world_keys(), OKTA_OK, OKTA_OK};
    const okta_keyring keyring = {find_ready, &self};
    okta_policy policy = world_policy();
    size_t n = 0;

    do {
        okta_claims *verified = NULL;
        okta_result result;
        char found[128] = "";

        until_failure = ++n;
        armed = true;
        okta_verify(&policy, &keyring, token, strlen(token), NULL, &verified, &result);
        armed = false;
        if (verified && okta_claims_get(verified, "sub"))
            snprintf(found, sizeof(found), "%s", okta_claims_get(verified, "sub")->as.string);
        check(!verified || strcmp(found, subject) == 0,
              "allocation %zu failed, the token passed, and it names \"%s\"", n, found);
        okta_claims_free(verified);
    } while (!until_failure);
    until_failure = 0;
}

/* Nor where only the value of a number would show it. */
rule(no_number_loses_a_digit)
{
    static const struct {
        const char *first; /* numbers of 16 characters and more make the buffer grow */
        okta_reason reason;
    } rows[] = {{"\"exp\":1800000000,\"id\":123456789012345678", OKTA_OK},
                {"\"id\":123456789012345678,\"exp\":1800000000", OKTA_OK},
                {"\"exp\":16000000000.00e-1", OKTA_TOKEN_EXPIRED}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *claims = text("{%s,\"iss\":\"" ISSUER "\",\"aud\":\"api://default\"}", rows[i].first);
        judged self = {minted(5, claims), world_keys(), OKTA_OK, OKTA_OK};
        const okta_keyring keyring = {find_ready, &self};
        okta_policy policy = world_policy();
        size_t n = 0;

        do {
            okta_claims *verified = NULL;
            const okta_value *id;
            okta_result result;

            until_failure = ++n;
            armed = true;
            okta_verify(&policy, &keyring, self.token, strlen(self.token), NULL, &verified,
                        &result);
            armed = false;
            if (!verified)
                continue;
            id = okta_claims_get(verified, "id");
            check(okta_policy_check(&policy, verified, NOW, NULL, &result) == rows[i].reason,
                  "row %zu, allocation %zu failed: %s", i, n, okta_reason_tag(result.reason));
            check(!id || id->as.integer == 123456789012345678,
                  "row %zu, allocation %zu failed, the token passed with id %lld", i, n,
                  (long long)id->as.integer);
            okta_claims_free(verified);
        } while (!until_failure);
        until_failure = 0;
    }
}

/* Okta's kids are that long. What was read wrong once must not be remembered. */
rule(a_failure_has_no_consequences_for_the_next_token)
{
    static const char kid[] = "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDE";
    char *jwks = text("{\"keys\":[%s]}", mint_jwk(world_key("ed"), text("\"kid\":\"%s\",", kid)));
    judged self = {mint_token(world_key("ed"), "EdDSA",
                              text("{\"kid\":\"%s\",\"alg\":\"EdDSA\"}", kid), payload("")),
                   okta_keyset_parse(jwks, strlen(jwks), NULL, NULL, NULL, NULL), OKTA_OK, OKTA_OK};
    size_t broken = 0, n = 0;

    need(self.keys, "sound");
    do {
        judged other = {minted(0, payload("")), world_keys(), OKTA_OK, OKTA_OK};

        verify(&other); /* whatever a header leaves behind is this one's */
        until_failure = ++n;
        armed = true;
        verify(&self);
        armed = false;
        broken += !verify(&self);
    } while (!until_failure);
    until_failure = 0;
    check(broken == 0, "after %zu of %zu failures the next try failed too, without any", broken,
          n - 1);
    okta_keyset_unref(self.keys);
}

/* The n-th allocation fails, and with for_good all that follow; 0: there are not so many. */
static size_t verify_without_memory(judged *self, size_t n)
{
    until_failure = n;
    self->blamed = OKTA_OK;
    armed = true;
    verify(self);
    armed = false;
    n = until_failure > (for_good ? 1 : 0) ? 0 : n;
    until_failure = 0;
    return n;
}

/* 401 says that the token is bad, 503 that we cannot know: the second is true here. What was asked
 * again without memory is not known either. */
rule(lack_of_memory_is_not_the_tokens_fault)
{
    for (size_t i = 0; i < 2 * COUNT_OF(pairs); i++) {
        judged good = {minted(i / 2, payload("")), world_keys(), OKTA_OK, OKTA_OK};
        size_t slandered = 0, spoiled = 0, n = 0;
        okta_reason as = OKTA_OK;

        for_good = i % 2;
        while (verify_without_memory(&good, ++n)) {
            slandered += good.blamed != OKTA_OK;
            as = good.blamed != OKTA_OK ? good.blamed : as;
            spoiled += !verify(&good);
        }
        for_good = false;
        check(n > 1, "%s: nothing failed", pairs[i / 2][0]);
        check(slandered == 0, "%s: after %zu of %zu failures a good token was called bad, as in %s",
              pairs[i / 2][0], slandered, n - 1, okta_reason_tag(as));
        check(spoiled == 0, "%s: after %zu of %zu failures the next try failed too",
              pairs[i / 2][0], spoiled, n - 1);
    }
}

static bool parse_jwks(void *baton)
{
    okta_keyset *set = okta_keyset_parse(baton, strlen(baton), NULL, NULL, NULL, NULL);
    bool whole = set && okta_keyset_count(set) == 6;

    okta_keyset_unref(set);
    return whole;
}

rule(a_key_set_is_parsed_without_a_leak)
{
    char *jwks = world_jwks();

    expect_survival("JWKS", parse_jwks, jwks, true);
    expect_survival("a JWKS of no use", parse_jwks,
                    text("{\"keys\":[{\"kty\":\"oct\",\"kid\":\"a\",\"k\":\"AA\"},{\"kty\":\"EC\","
                         "\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}]}",
                         "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                         "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
                    false);
}

/* A key dropped for lack of memory would leave its tokens unknown until the next refresh. */
rule(a_key_set_is_whole_or_none)
{
    char *jwks = world_jwks();

    for (int i = 0; i < 2; i++) {
        size_t partial = 0, mute = 0, n = 0;
        bool failed;

        for_good = i;
        do {
            okta_error error = {""};
            okta_keyset *set;

            until_failure = ++n;
            armed = true;
            set = okta_keyset_parse(jwks, strlen(jwks), NULL, NULL, NULL, &error);
            armed = false;
            failed = until_failure <= (for_good ? 1 : 0);
            partial += set && okta_keyset_count(set) != 6;
            mute += !set && !error.text[0];
            okta_keyset_unref(set);
        } while (failed);
        until_failure = 0;
        check(n > 100, "%zu allocations", n);
        check(partial == 0, "after %zu of %zu failures a set lacked some of its keys", partial,
              n - 1);
        check(mute == 0, "after %zu of %zu failures there was no cause", mute, n - 1);
    }
    for_good = false;
}

static bool round_trip(void *baton)
{
    okta_value *jwks = okta_read_document(baton, strlen(baton), NULL);
    const okta_snapshot head = {.issuer = ISSUER,
                                .jwks_uri = "https://a.example/keys",
                                .etag = "\"t\"",
                                .trust = "ca=system",
                                .fetched_at = 1,
                                .max_age = 2,
                                .jwks = jwks};
    okta_snapshot snapshot = {.jwks = NULL};
    char *encoded = okta_snapshot_encode(&head);
    bool decoded =
        encoded && okta_snapshot_decode(&snapshot, encoded, strlen(encoded), ISSUER, NULL);
    okta_keyset *keys = decoded ? okta_keyset_from_jwks(snapshot.jwks, NULL, NULL, NULL) : NULL;
    bool good = keys && okta_keyset_count(keys) == 6;

    okta_keyset_unref(keys);
    okta_snapshot_clear(&snapshot);
    free(encoded);
    free(jwks);
    return good;
}

rule(a_snapshot_makes_its_round_without_a_leak)
{
    expect_survival("snapshot", round_trip, world_jwks(), true);
}

/* It would take the place of keys that are good. */
rule(a_snapshot_is_written_whole_or_not_at_all)
{
    char *jwks = world_jwks();
    size_t torn = 0, n = 0;

    do {
        okta_value *keys = okta_read_document(jwks, strlen(jwks), NULL);
        const okta_snapshot head = {.issuer = ISSUER,
                                    .jwks_uri = "https://a.example/keys",
                                    .trust = "ca=system",
                                    .fetched_at = 1,
                                    .max_age = 2,
                                    .jwks = keys};
        okta_snapshot back = {.jwks = NULL};
        char *encoded;

        until_failure = ++n;
        armed = true;
        encoded = okta_snapshot_encode(&head);
        armed = false;
        torn += encoded && !okta_snapshot_decode(&back, encoded, strlen(encoded), ISSUER, NULL);
        okta_snapshot_clear(&back);
        free(encoded);
        free(keys);
    } while (!until_failure);
    until_failure = 0;
    check(torn == 0, "after %zu of %zu failures a part of the snapshot was written", torn, n - 1);
}

static bool parse_metadata(void *baton)
{
    okta_metadata metadata;
    bool good = okta_metadata_parse(&metadata, baton, strlen(baton), ISSUER, false, NULL) &&
                metadata.token_endpoint && metadata.introspection_endpoint;

    okta_metadata_clear(&metadata);
    return good;
}

rule(metadata_is_parsed_without_a_leak)
{
    expect_survival("metadata", parse_metadata,
                    text("{\"issuer\":\"" ISSUER "\",\"jwks_uri\":\"https://a.example/keys\","
                         "\"token_endpoint\":\"https://a.example/token\","
                         "\"introspection_endpoint\":\"https://a.example/introspect\"}"),
                    true);
}

static bool print_claims(void *baton)
{
    json_t *json = okta_value_to_json(okta_claims_root(baton));

    json_decref(json);
    return json != NULL;
}

rule(claims_are_printed_without_a_leak)
{
    okta_result result;
    okta_claims *claims =
        world_claims(payload("\"a\":[1,2.5,null,true,{\"b\":[\"c\"]}]"), OKTA_TYPE_JWT, &result);

    need(claims, "%s", result.detail);
    expect_survival("claims", print_claims, claims, true);
    okta_claims_free(claims);
}

typedef struct remembering {
    okta_verdicts *table;
    okta_claims *claims;
    uint32_t round; /* no round finds what an earlier one left */
} remembering;

static bool use_cache(void *baton)
{
    remembering *r = baton;
    okta_seen one = {.digest = {1}}, two = {.digest = {2}};
    okta_result refusal, back;
    okta_claims *claims, *none;
    void *block;
    const okta_verdicts_caller caller = world_caller(&block);
    bool accepted, refused;

    okta_result_init(&refusal);
    okta_result_set(&refusal, OKTA_SIGNATURE_INVALID, "bad");
    r->round++;
    memcpy(&one.digest[16], &r->round, sizeof(r->round));
    memcpy(&two.digest[16], &r->round, sizeof(r->round));
    okta_token_cache_accept(r->table, &one, NOW, r->claims, "note", 5);
    okta_token_cache_refuse(r->table, &two, NOW, &refusal);
    accepted = okta_token_cache_find(r->table, &one, NOW, &caller, &claims, &back) && claims;
    refused = okta_token_cache_find(r->table, &two, NOW, &caller, &none, &back);
    if (refused && (none || back.reason != OKTA_SIGNATURE_INVALID))
        abort();
    free(block);
    return accepted && refused;
}

rule(a_token_cache_forgets_rather_than_leaks)
{
    okta_result result;
    okta_claims *claims = world_claims(payload(""), OKTA_TYPE_JWT, &result);

    remembering r = {world_table(8), claims, 0};

    need(claims, "%s", result.detail);
    expect_survival("token cache", use_cache, &r, true);
    okta_claims_free(claims);
}

/* Long enough for blocks of its own; the number lies beyond int64, and one is doubtful. */
static bool read_message(void *baton)
{
    const char *json = baton;
    okta_flaw flaw;
    okta_error error = {""};
    okta_value *value = okta_read_message(json, strlen(json), &flaw, &error);
    bool doubtful = strstr(json, "1e999") != NULL;

    if (!value != (flaw == OKTA_FLAW_NO_MEMORY) ||
        okta_error_is_no_memory(&error) != (flaw == OKTA_FLAW_NO_MEMORY))
        abort();
    if (value && flaw != (doubtful ? OKTA_FLAW_AMBIGUOUS : OKTA_FLAW_NONE))
        abort();
    free(value);
    return flaw == OKTA_FLAW_NONE || (value && doubtful);
}

rule(lack_of_memory_is_not_the_messages_fault)
{
    char *sound = text("{\"a\":[%s1],\"b\":123456789012345678901234567890}", repeat("1,", 999));

    expect_survival("a message", read_message, sound, true);
    expect_survival("a message in doubt", read_message, text("{\"c\":1e999,\"a\":%s}", sound),
                    true);
}
