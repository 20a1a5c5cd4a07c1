#include "core/keyset.h"

#include "core/json.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct okta_keyset {
    atomic_int references;
    size_t count;
    okta_key *keys[]; /* sorted by kid */
};

static int compare_kids(const char *a, size_t a_length, const char *b, size_t b_length)
{
    if (a_length != b_length)
        return a_length < b_length ? -1 : 1;
    return memcmp(a, b, a_length);
}

static int compare_keys(const void *left, const void *right)
{
    const char *a, *b;
    size_t a_length, b_length;

    okta_key_kid(*(okta_key *const *)left, &a, &a_length);
    okta_key_kid(*(okta_key *const *)right, &b, &b_length);
    return compare_kids(a, a_length, b, b_length);
}

static void drop(okta_dropped_fn *dropped, void *baton, const json_t *jwk, const char *why)
{
    char kid[128] = "";
    size_t length;
    const char *text = okta_json_string(jwk, "kid", &length);

    if (text)
        okta_text_copy(kid, sizeof(kid), text, length);
    if (dropped)
        dropped(baton, kid, why);
}

/* Sharing counts over all JWKs, usable or not: whichever of two the issuer meant, we cannot know.
 */
static bool kid_is_shared(const json_t *jwks, size_t index)
{
    size_t length, other_length;
    const char *kid = okta_json_string(json_array_get(jwks, index), "kid", &length);

    for (size_t i = 0; kid && i < json_array_size(jwks); i++) {
        const char *other = okta_json_string(json_array_get(jwks, i), "kid", &other_length);
        if (i != index && other && compare_kids(kid, length, other, other_length) == 0)
            return true;
    }
    return false;
}

/* Tried twice, for OpenSSL does not tell every want of memory as such, and half a set would refuse
 * good tokens. */
static okta_key *key_of(const json_t *jwk, okta_error *why)
{
    okta_key *key = okta_key_from_jwk(jwk, why);

    return key ? key : okta_key_from_jwk(jwk, why);
}

okta_keyset *okta_keyset_from_json(const json_t *jwks, okta_dropped_fn *dropped, void *baton,
                                   okta_error *error)
{
    const json_t *list = json_object_get(jwks, "keys");
    size_t size = json_array_size(list);
    okta_keyset *set;

    if (!json_is_array(list)) {
        okta_error_set(error, "not a JWKS: no \"keys\" array");
        return NULL;
    }
    if (size > OKTA_KEYSET_MAX_KEYS) {
        okta_error_set(error, "more than %d keys", OKTA_KEYSET_MAX_KEYS);
        return NULL;
    }
    set = calloc(1, sizeof(*set) + size * sizeof(set->keys[0]));
    if (!set) {
        okta_error_set_no_memory(error);
        return NULL;
    }
    atomic_init(&set->references, 1);
    for (size_t i = 0; i < size; i++) {
        const json_t *jwk = json_array_get(list, i);
        okta_error why = {""};
        okta_key *key = NULL;

        if (kid_is_shared(list, i))
            okta_error_set(&why, "several keys share this kid");
        else
            key = key_of(jwk, &why);
        if (!key && okta_error_is_no_memory(&why)) {
            okta_keyset_unref(set);
            okta_error_set_no_memory(error);
            return NULL;
        }
        if (key)
            set->keys[set->count++] = key;
        else
            drop(dropped, baton, jwk, why.text);
    }
    if (set->count == 0) {
        okta_keyset_unref(set);
        if (size)
            okta_error_set(error, "no usable key among its %zu", size);
        else
            okta_error_set(error, "an empty key set");
        return NULL;
    }
    qsort(set->keys, set->count, sizeof(set->keys[0]), compare_keys);
    return set;
}

okta_keyset *okta_keyset_parse(const char *text, size_t length, okta_dropped_fn *dropped,
                               void *baton, okta_error *error)
{
    json_t *jwks = okta_json_object(text, length, error);
    okta_keyset *set = jwks ? okta_keyset_from_json(jwks, dropped, baton, error) : NULL;

    json_decref(jwks);
    return set;
}

okta_keyset *okta_keyset_ref(okta_keyset *set)
{
    atomic_fetch_add_explicit(&set->references, 1, memory_order_relaxed);
    return set;
}

void okta_keyset_unref(okta_keyset *set)
{
    if (!set || atomic_fetch_sub_explicit(&set->references, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < set->count; i++)
        okta_key_free(set->keys[i]);
    free(set);
}

size_t okta_keyset_count(const okta_keyset *set)
{
    return set->count;
}

static okta_reason find_without_kid(const okta_keyset *set, const okta_algorithm *algorithm,
                                    const okta_key **key)
{
    *key = NULL;
    for (size_t i = 0; i < set->count; i++) {
        if (!okta_key_serves(set->keys[i], algorithm))
            continue;
        if (*key)
            return OKTA_KEY_AMBIGUOUS;
        *key = set->keys[i];
    }
    return *key ? OKTA_OK : OKTA_KEY_MISMATCH;
}

okta_reason okta_keyset_find(const okta_keyset *set, const char *kid, size_t kid_length,
                             const okta_algorithm *algorithm, const okta_key **key)
{
    size_t low = 0, high = set->count;

    if (!kid)
        return find_without_kid(set, algorithm, key);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *candidate;
        size_t length;
        bool named = okta_key_kid(set->keys[middle], &candidate, &length);
        int order = compare_kids(kid, kid_length, candidate, length);

        if (order == 0 && named) {
            *key = set->keys[middle];
            return okta_key_serves(*key, algorithm) ? OKTA_OK : OKTA_KEY_MISMATCH;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return OKTA_KID_UNKNOWN;
}
