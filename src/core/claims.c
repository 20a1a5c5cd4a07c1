/* SPDX-License-Identifier: Apache-2.0 */
#include "core/claims.h"

#include "core/text.h"

#include <stdlib.h>
#include <string.h>

struct okta_claims {
    okta_type type;
    const okta_algorithm *algorithm;
    okta_value *root;
    okta_value *payload; /* the same where the claims were made of it; NULL: they were unpacked */
    const char *kid;
    const char *note;
    size_t note_size;
    uint64_t names; /* a bit for each name at the top level, shared by some of them */
    okta_times times;
};

/* RFC 7519 leaves NumericDate open upwards; beyond 2^53 doubles are no longer exact. */
#define DATE_MAX ((int64_t)1 << 53)

void okta_claims_free(okta_claims *claims)
{
    if (!claims || !claims->payload)
        return;
    free(claims->payload);
    free(claims);
}

static uint64_t bit_of(const char *name)
{
    unsigned char first = (unsigned char)name[0];

    return UINT64_C(1) << ((first ? first * 5u + (unsigned char)name[1] : 0) & 63);
}

/* Most claims that are asked for are in no token. */
const okta_value *okta_claims_get(const okta_claims *claims, const char *name)
{
    return claims->names & bit_of(name) ? okta_value_member(claims->root, name) : NULL;
}

const okta_value *okta_claims_root(const okta_claims *claims)
{
    return claims->root;
}

const char *okta_claims_kid(const okta_claims *claims)
{
    return claims->kid;
}

const okta_algorithm *okta_claims_algorithm(const okta_claims *claims)
{
    return claims->algorithm;
}

okta_type okta_claims_type(const okta_claims *claims)
{
    return claims->type;
}

const okta_times *okta_claims_times(const okta_claims *claims)
{
    return &claims->times;
}

const void *okta_claims_note(const okta_claims *claims)
{
    return claims->note;
}

/* What packed claims begin with: where the rest is, from here on, and what is no pointer. */
typedef struct packed {
    okta_claims claims; /* its pointers are not used */
    okta_algorithm_id algorithm;
    size_t values, kid, note;
} packed;

size_t okta_claims_pack_overhead(void)
{
    return sizeof(packed);
}

#define ALIGNMENT 8

static size_t aligned(size_t size)
{
    return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

void *okta_claims_pack(const okta_claims *claims, const void *note, size_t note_size, size_t most,
                       size_t *size)
{
    size_t values, extent = okta_value_extent(claims->root, &values);
    size_t kid_size = strlen(claims->kid) + 1, kid = sizeof(packed) + extent;
    size_t at_note = aligned(kid + kid_size);
    char *block = at_note + note_size <= most ? malloc(at_note + note_size) : NULL;
    packed *to = (packed *)(void *)block;

    if (!block)
        return NULL;
    memset(block, 0, sizeof(packed));
    to->claims.type = claims->type;
    to->claims.times = claims->times;
    to->claims.names = claims->names;
    to->claims.note_size = note_size;
    to->algorithm = claims->algorithm ? claims->algorithm->id : OKTA_ALGORITHM_COUNT;
    to->values = values;
    to->kid = kid;
    to->note = at_note;
    memcpy(to + 1, claims->root, extent);
    okta_value_shift((okta_value *)(void *)(to + 1), values,
                     sizeof(packed) - (uintptr_t)claims->root);
    memcpy(block + kid, claims->kid, kid_size);
    if (note_size > 0)
        memcpy(block + at_note, note, note_size);
    *size = note_size > 0 ? at_note + note_size : kid + kid_size;
    return block;
}

okta_claims *okta_claims_unpack(void *block)
{
    packed *from = block;
    okta_claims *claims = &from->claims;

    claims->algorithm =
        from->algorithm < OKTA_ALGORITHM_COUNT ? okta_algorithm_by_id(from->algorithm) : NULL;
    claims->root = (okta_value *)(void *)(from + 1);
    claims->kid = (char *)block + from->kid;
    claims->note = claims->note_size > 0 ? (char *)block + from->note : NULL;
    okta_value_shift(claims->root, from->values, (uintptr_t)block);
    return claims;
}

static bool read_date(okta_claims *claims, const char *name, unsigned int bit, int64_t *date,
                      bool up, okta_result *result)
{
    const okta_value *value = okta_claims_get(claims, name);
    bool fraction = false;

    if (!value)
        return true;
    if (!okta_value_floor(value, date, &fraction) || *date < 0 || *date > DATE_MAX) {
        okta_result_set(result, OKTA_CLAIMS_MALFORMED,
                        "\"%s\" is no number of seconds from 0 to 2^53", name);
        return false;
    }
    if (up && fraction)
        ++*date;
    claims->times.present |= bit;
    return true;
}

static bool is_string(okta_claims *claims, const char *name, okta_result *result)
{
    const okta_value *value = okta_claims_get(claims, name);

    if (!value || value->type == OKTA_VALUE_STRING)
        return true;
    okta_result_set(result, OKTA_CLAIMS_MALFORMED, "\"%s\" is no string", name);
    return false;
}

static bool audience_is_sound(okta_claims *claims, okta_result *result)
{
    const okta_value *audience = okta_claims_get(claims, "aud");
    bool sound = !audience || audience->type == OKTA_VALUE_STRING;

    if (audience && audience->type == OKTA_VALUE_ARRAY) {
        sound = true;
        for (uint32_t i = 0; i < audience->length; i++)
            sound = sound && audience->as.children[i].type == OKTA_VALUE_STRING;
    }
    if (!sound)
        okta_result_set(result, OKTA_CLAIMS_MALFORMED,
                        "\"aud\" is neither a string nor an array of strings");
    return sound;
}

/* RFC 8693 section 4.1: an actor is an object that says who it is, and maybe for whom it acts. */
static bool actors_are_sound(okta_claims *claims, okta_result *result)
{
    const okta_value *actor = okta_claims_get(claims, "act");

    for (int depth = 0; actor; actor = okta_value_member(actor, "act")) {
        if (depth++ == OKTA_ACTORS_MAX) {
            okta_result_set(result, OKTA_CLAIMS_MALFORMED, "\"act\" is nested more than %d deep",
                            OKTA_ACTORS_MAX);
            return false;
        }
        if (!okta_value_text(actor, "sub")) {
            okta_result_set(result, OKTA_CLAIMS_MALFORMED,
                            "an \"act\" is no object with a string \"sub\"");
            return false;
        }
    }
    return true;
}

static bool types_are_sound(okta_claims *claims, okta_result *result)
{
    static const char *const strings[] = {"iss", "sub", "jti", "cid", "client_id", "azp"};
    okta_times *times = &claims->times;
    bool sound = audience_is_sound(claims, result) && actors_are_sound(claims, result) &&
                 read_date(claims, "exp", OKTA_CLAIM_EXP, &times->exp, false, result) &&
                 read_date(claims, "nbf", OKTA_CLAIM_NBF, &times->nbf, true, result) &&
                 read_date(claims, "iat", OKTA_CLAIM_IAT, &times->iat, false, result);

    for (size_t i = 0; sound && i < sizeof(strings) / sizeof(strings[0]); i++)
        sound = is_string(claims, strings[i], result);
    return sound;
}

okta_claims *okta_claims_new(okta_value *payload, const okta_jws *jws, okta_result *result)
{
    okta_claims *claims = malloc(sizeof(okta_claims) + jws->kid_length + 1);
    char *kid = (char *)(claims + 1);

    if (!claims) {
        okta_result_set(result, OKTA_OUT_OF_MEMORY, "out of memory");
        return NULL;
    }
    *claims = (okta_claims){.type = jws->type,
                            .algorithm = jws->algorithm,
                            .root = payload,
                            .payload = payload,
                            .kid = kid};
    if (jws->kid)
        memcpy(kid, jws->kid, jws->kid_length);
    kid[jws->kid_length] = '\0';
    for (uint32_t i = 0; i < payload->length; i++)
        claims->names |= bit_of(payload->as.children[i].name);
    if (!types_are_sound(claims, result)) {
        free(claims);
        return NULL;
    }
    return claims;
}
