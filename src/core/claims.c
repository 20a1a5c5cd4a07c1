#include "core/claims.h"

#include "core/text.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct okta_claims {
    atomic_int references;
    okta_type type;
    const okta_algorithm *algorithm;
    okta_value *root;
    _Atomic(void *) note;
    okta_times times;
    char kid[];
};

/* RFC 7519 leaves NumericDate open upwards; beyond 2^53 doubles are no longer exact. */
#define DATE_MAX ((int64_t)1 << 53)

okta_claims *okta_claims_ref(okta_claims *claims)
{
    atomic_fetch_add_explicit(&claims->references, 1, memory_order_relaxed);
    return claims;
}

void okta_claims_unref(okta_claims *claims)
{
    if (!claims || atomic_fetch_sub_explicit(&claims->references, 1, memory_order_acq_rel) != 1)
        return;
    free(atomic_load_explicit(&claims->note, memory_order_relaxed));
    free(claims->root);
    free(claims);
}

const okta_value *okta_claims_get(const okta_claims *claims, const char *name)
{
    return okta_value_member(claims->root, name);
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
    return atomic_load_explicit(&claims->note, memory_order_acquire);
}

const void *okta_claims_keep_note(const okta_claims *claims, void *note)
{
    void *first = NULL;

    /* immutable to all who look at the claims: the note follows from them */
    if (atomic_compare_exchange_strong_explicit(&((okta_claims *)claims)->note, &first, note,
                                                memory_order_acq_rel, memory_order_acquire))
        return note;
    free(note);
    return first;
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

    if (!claims) {
        okta_result_set(result, OKTA_OUT_OF_MEMORY, "out of memory");
        return NULL;
    }
    atomic_init(&claims->references, 1);
    atomic_init(&claims->note, NULL);
    claims->type = jws->type;
    claims->algorithm = jws->algorithm;
    claims->times = (okta_times){0, 0, 0, 0};
    claims->root = payload;
    if (jws->kid)
        memcpy(claims->kid, jws->kid, jws->kid_length);
    claims->kid[jws->kid_length] = '\0';
    if (!types_are_sound(claims, result)) {
        free(claims);
        return NULL;
    }
    return claims;
}
