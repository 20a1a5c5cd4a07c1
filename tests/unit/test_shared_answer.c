/* SPDX-License-Identifier: Apache-2.0 */
#include "core/octets.h"
#include "core/sealed.h"
#include "core/shared_answer.h"
#include "scarce.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000)
#define HEAD ((size_t)9)
#define ROOM ((size_t)4096)
#define ACTIVE                                                                             \
    "{\"active\":true,\"scope\":\"a b\",\"client_id\":\"0oa1\",\"exp\":1700003600.5,"      \
    "\"aud\":\"api://default\",\"n\":[1,-2.5,null,true,{\"deep\":[\"\\u00e9\"]}],\"big\":" \
    "9007199254740993}"

static okta_result result;

/* What came of an issuer's answer, which was asked then. */
static okta_shared_answer told(const char *answer, int64_t asked_at)
{
    okta_shared_answer made = {.end = OKTA_NO_END, .asked_at = asked_at};
    bool understood;

    okta_result_init(&result);
    made.reason =
        okta_introspection_read(answer, strlen(answer), ISSUER, &made.claims, &understood, &result);
    if (made.claims)
        made.end = okta_introspection_end(made.claims);
    return made;
}

static bool reads_at(const unsigned char *bytes, size_t length, int64_t now,
                     okta_shared_answer *answer)
{
    okta_result_init(&result);
    return okta_shared_answer_read((unsigned char *)exact((const char *)bytes, length), length,
                                   ISSUER, now, answer, &result);
}

/* An active one's bytes. */
static size_t sample(unsigned char *bytes)
{
    const okta_shared_answer answer = told(ACTIVE, NOW * SECOND);
    size_t length;

    need(answer.reason == OKTA_OK, "%s", result.detail);
    length = okta_shared_answer_write(&answer, bytes, ROOM);
    need(length > HEAD, "not written");
    okta_claims_free(answer.claims);
    return length;
}

static bool same_claims(const okta_claims *a, const okta_claims *b)
{
    json_t *one = okta_value_to_json(okta_claims_root(a)),
           *other = okta_value_to_json(okta_claims_root(b));
    const bool same = json_equal(one, other);

    json_decref(one);
    json_decref(other);
    return same;
}

rule(what_one_host_was_told_another_reads)
{
    const okta_shared_answer before = told(ACTIVE, NOW * SECOND - 7);
    unsigned char bytes[ROOM];
    const size_t length = okta_shared_answer_write(&before, bytes, ROOM);
    okta_shared_answer after;

    need(reads_at(bytes, length, NOW * SECOND, &after), "%s", result.detail);
    check(after.reason == OKTA_OK && after.asked_at == NOW * SECOND - 7, "reason, time");
    check(after.end == 1700003600, "end: %ld", (long)after.end);
    check(same_claims(before.claims, after.claims), "claims");
    okta_claims_free(before.claims);
    okta_claims_free(after.claims);
}

rule(a_state_is_no_more_than_that)
{
    static const struct {
        okta_reason reason;
        int64_t end;
        const char *text;
    } rows[] = {
        {OKTA_OK, 1700000060, "{\"active\":true,\"exp\":1700000060}"},
        {OKTA_OK, OKTA_NO_END, "{\"active\":true}"},
        {OKTA_TOKEN_INACTIVE, OKTA_NO_END, "{\"active\":false}"},
        {OKTA_TOKEN_INACTIVE, 1700000060, "{\"active\":false}"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const okta_shared_answer before = {
            .reason = rows[i].reason, .end = rows[i].end, .asked_at = NOW * SECOND};
        unsigned char bytes[ROOM];
        const size_t length = okta_shared_answer_write(&before, bytes, ROOM);
        okta_shared_answer after;

        check(length == HEAD + strlen(rows[i].text) &&
                  memcmp(bytes + HEAD, rows[i].text, length - HEAD) == 0,
              "row %zu: text", i);
        check(reads_at(bytes, length, NOW * SECOND, &after), "row %zu", i);
        check(after.reason == rows[i].reason, "row %zu: reason", i);
        check(after.end == (rows[i].reason == OKTA_OK ? rows[i].end : OKTA_NO_END), "row %zu: end",
              i);
        okta_claims_free(after.claims);
    }
}

rule(no_part_of_it_and_nothing_more_is_an_answer)
{
    unsigned char bytes[ROOM];
    const size_t length = sample(bytes);
    okta_shared_answer answer;

    for (size_t part = 0; part < length; part++)
        check(!reads_at(bytes, part, NOW * SECOND, &answer) && !answer.claims, "%zu bytes", part);
    for (int more = 0; more < 256; more++) {
        bytes[length] = (unsigned char)more;
        /* white space behind JSON means nothing */
        check(reads_at(bytes, length + 1, NOW * SECOND, &answer) ==
                  (more == ' ' || more == '\t' || more == '\n' || more == '\r'),
              "and byte %d", more);
        okta_claims_free(answer.claims);
    }
}

rule(other_versions_are_none)
{
    unsigned char bytes[ROOM];
    const size_t length = sample(bytes);
    okta_shared_answer answer;

    for (int version = 0; version < 256; version++) {
        bytes[0] = (unsigned char)version;
        check(reads_at(bytes, length, NOW * SECOND, &answer) == (version == 1), "version %d",
              version);
        okta_claims_free(answer.claims);
    }
}

rule(whatever_is_changed_no_other_reason_and_no_later_time_comes_of_it)
{
    unsigned char bytes[ROOM];
    const size_t length = sample(bytes);
    okta_shared_answer answer;

    for (size_t i = 0; i < length; i++)
        for (int bit = 0; bit < 8; bit++) {
            bytes[i] ^= (unsigned char)(1 << bit);
            if (reads_at(bytes, length, NOW * SECOND, &answer)) {
                check(answer.reason == OKTA_OK, "byte %zu, bit %d", i, bit);
                check(answer.asked_at > 0 && answer.asked_at <= NOW * SECOND, "asked, byte %zu", i);
                okta_claims_free(answer.claims);
            } else {
                check(!answer.claims, "claims, byte %zu, bit %d", i, bit);
            }
            bytes[i] ^= (unsigned char)(1 << bit);
        }
}

rule(an_answer_of_the_future_is_none)
{
    static const struct {
        int64_t asked_at, counts; /* 0: none */
    } rows[] = {
        {NOW * SECOND, NOW * SECOND},
        {NOW * SECOND + 1, NOW * SECOND},
        {NOW * SECOND + SECOND, NOW * SECOND},
        {NOW * SECOND + SECOND + 1, 0},
        {INT64_MAX, 0},
        {1, 1},
        {0, 0},
        {-1, 0},
        {INT64_MIN, 0},
    };
    unsigned char bytes[ROOM];
    const size_t length = sample(bytes);

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_shared_answer answer;

        okta_octets_write(bytes + 1, rows[i].asked_at);
        check(reads_at(bytes, length, NOW * SECOND, &answer) == (rows[i].counts != 0), "row %zu",
              i);
        check(rows[i].counts == 0 || answer.asked_at == rows[i].counts, "row %zu: %ld", i,
              (long)answer.asked_at);
        okta_claims_free(answer.claims);
    }
}

rule(it_is_held_to_what_an_answer_of_the_issuers_is)
{
    static const char *const answers[] = {
        "",
        "{",
        "[]",
        "{}",
        "{\"active\":1}",
        "{\"active\":\"true\"}",
        "{\"active\":true,\"active\":false}",
        "{\"active\":true,\"token_type\":\"refresh_token\"}",
        "{\"active\":true,\"iss\":\"https://evil.example\"}",
        "{\"active\":true,\"exp\":\"1700000060\"}",
        "{\"active\":true,\"exp\":-1}",
        "{\"active\":false}{}",
    };
    unsigned char bytes[ROOM] = {1};

    okta_octets_write(bytes + 1, NOW * SECOND);
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        okta_shared_answer answer;

        memcpy(bytes + HEAD, answers[i], strlen(answers[i]));
        check(!reads_at(bytes, HEAD + strlen(answers[i]), NOW * SECOND, &answer) && !answer.claims,
              "%s", answers[i]);
    }
}

rule(what_has_no_room_is_not_written)
{
    unsigned char bytes[ROOM];
    const okta_shared_answer answer = told(ACTIVE, NOW * SECOND);
    const size_t length = okta_shared_answer_write(&answer, bytes, ROOM);

    for (size_t room = 0; room < length; room++)
        check(okta_shared_answer_write(&answer, (unsigned char *)exact((char *)bytes, room),
                                       room) == 0,
              "%zu bytes", room);
    check(okta_shared_answer_write(&answer, (unsigned char *)exact((char *)bytes, length),
                                   length) == length,
          "as much as it takes");
    okta_claims_free(answer.claims);
}

/* What is in the store: sealed. */
rule(sealed_it_is_read_by_who_has_the_key_and_as_it_was)
{
    static const unsigned char *const key =
        (const unsigned char *)"32 bytes of no chance whatsoever";
    unsigned char bytes[ROOM], sealed[ROOM + OKTA_SEALED_EXTRA], opened[ROOM];
    unsigned char name[OKTA_SEALED_NAME_BYTES];
    const size_t length = sample(bytes), whole = length + OKTA_SEALED_EXTRA;
    okta_shared_answer answer;
    okta_sealer sealer;
    size_t left;

    need(okta_sealer_init(&sealer, key, "introspection") &&
             okta_sealed_name(&sealer, "it", 2, name) &&
             okta_seal(&sealer, name, NOW + 10, bytes, length, sealed),
         "not sealed");
    for (size_t i = 0; i < whole; i++) {
        sealed[i] ^= 0x10;
        check(okta_unseal(&sealer, name, NOW, sealed, whole, opened, &left) == OKTA_UNSEALED_NOT,
              "byte %zu", i);
        sealed[i] ^= 0x10;
        check(okta_unseal(&sealer, name, NOW, sealed, i, opened, &left) == OKTA_UNSEALED_NOT,
              "%zu bytes", i);
    }
    need(okta_unseal(&sealer, name, NOW, sealed, whole, opened, &left) == OKTA_UNSEALED_GOOD,
         "not opened");
    check(reads_at(opened, left, NOW * SECOND, &answer), "%s", result.detail);
    okta_claims_free(answer.claims);
}

static bool write_it(void *baton)
{
    unsigned char bytes[ROOM];

    return okta_shared_answer_write(baton, bytes, ROOM) > 0;
}

static bool write_without_room(void *baton)
{
    unsigned char bytes[ROOM];

    return okta_shared_answer_write(baton, bytes, 40) > 0;
}

typedef struct written {
    unsigned char bytes[ROOM];
    size_t length;
} written;

static bool read_it(void *baton)
{
    const written *w = baton;
    okta_shared_answer answer;
    bool good;

    okta_result_init(&result);
    good = okta_shared_answer_read(w->bytes, w->length, ISSUER, NOW * SECOND, &answer, &result);
    if (good != (answer.claims != NULL))
        abort();
    okta_claims_free(answer.claims);
    return good;
}

rule(it_survives_every_failed_allocation)
{
    okta_shared_answer answer = told(ACTIVE, NOW * SECOND);
    written w;

    w.length = sample(w.bytes);
    expect_survival("writing an answer", write_it, &answer, true);
    expect_survival("writing it where it has no room", write_without_room, &answer, false);
    expect_survival("reading an answer", read_it, &w, true);
    okta_claims_free(answer.claims);
}
