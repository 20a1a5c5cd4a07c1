/* SPDX-License-Identifier: Apache-2.0 */
#include "core/keyset.h"

#include "core/reader.h"

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

/* Tells what was dropped, and to whom. */
typedef struct dropping {
    okta_dropped_fn *dropped; /* may be NULL */
    void *baton;
} dropping;

static void drop(const dropping *to, const char *kid, const char *why)
{
    char shown[128] = "";

    if (kid)
        okta_text_copy(shown, sizeof(shown), kid, strlen(kid));
    if (to->dropped)
        to->dropped(to->baton, shown, why);
}

/* Every JWK of the list that is of use, in its order. False when memory ran out. */
static bool read_keys(okta_keyset *set, const okta_value *list, const dropping *to)
{
    for (uint32_t i = 0; i < list->length; i++) {
        const okta_value *jwk = &list->as.children[i];
        okta_error why = {""};
        okta_key *key = okta_key_from_jwk(jwk, &why);

        if (!key && okta_error_is_no_memory(&why))
            return false;
        if (key)
            set->keys[set->count++] = key;
        else
            drop(to, okta_value_text(jwk, "kid"), why.text);
    }
    return true;
}

/* Of keys that share a kid, or have none: those that are to go. Without a kid no key
 * competes, since nothing names it. */
static void judge_sharers(okta_key *const *keys, size_t count, bool *repeats, bool *competes)
{
    const char *kid;
    size_t length;
    bool named = okta_key_kid(keys[0], &kid, &length);

    for (size_t i = 1; i < count; i++) {
        for (size_t k = 0; k < i; k++) {
            repeats[i] = repeats[i] || okta_key_repeats(keys[i], keys[k]);
            if (named && okta_keys_compete(keys[i], keys[k]))
                competes[i] = competes[k] = true;
        }
    }
}

/* RFC 7517 section 4.5: kids should differ. Where they do not, a key that is there twice counts
 * once, and of different ones that could serve the same token nobody can know which was meant. */
static void settle_kids(okta_keyset *set, const dropping *to)
{
    bool repeats[OKTA_KEYSET_MAX_KEYS] = {false}, competes[OKTA_KEYSET_MAX_KEYS] = {false};
    size_t end, kept = 0;

    qsort(set->keys, set->count, sizeof(set->keys[0]), compare_keys);
    for (size_t from = 0; from < set->count; from = end) {
        for (end = from + 1; end < set->count; end++)
            if (compare_keys(&set->keys[from], &set->keys[end]) != 0)
                break;
        judge_sharers(set->keys + from, end - from, repeats + from, competes + from);
    }
    for (size_t i = 0; i < set->count; i++) {
        okta_key *key = set->keys[i];
        const char *kid;
        size_t length;

        if (!repeats[i] && !competes[i]) {
            set->keys[kept++] = key;
            continue;
        }
        okta_key_kid(key, &kid, &length);
        if (competes[i])
            drop(to, kid, "different keys that share this kid could serve the same token");
        okta_key_free(key);
    }
    set->count = kept;
}

static okta_keyset *new_set(size_t size, okta_error *error)
{
    okta_keyset *set = calloc(1, sizeof(*set) + size * sizeof(set->keys[0]));

    if (set)
        atomic_init(&set->references, 1);
    else
        okta_error_set_no_memory(error);
    return set;
}

okta_keyset *okta_keyset_from_jwks(const okta_value *jwks, okta_dropped_fn *dropped, void *baton,
                                   okta_error *error)
{
    const okta_value *list = okta_value_member(jwks, "keys");
    const dropping to = {dropped, baton};
    uint32_t size;
    okta_keyset *set;

    if (!list || list->type != OKTA_VALUE_ARRAY) {
        okta_error_set(error, "not a JWKS: no \"keys\" array");
        return NULL;
    }
    size = list->length;
    if (size > OKTA_KEYSET_MAX_KEYS) {
        okta_error_set(error, "more than %d keys", OKTA_KEYSET_MAX_KEYS);
        return NULL;
    }
    set = new_set(size, error);
    if (!set)
        return NULL;
    if (!read_keys(set, list, &to)) {
        okta_keyset_unref(set);
        okta_error_set_no_memory(error);
        return NULL;
    }
    settle_kids(set, &to);
    if (set->count > 0)
        return set;
    okta_keyset_unref(set);
    if (size)
        okta_error_set(error, "no usable key among its %u", size);
    else
        okta_error_set(error, "an empty key set");
    return NULL;
}

okta_keyset *okta_keyset_parse(const char *text, size_t length, okta_dropped_fn *dropped,
                               void *baton, okta_value **jwks, okta_error *error)
{
    okta_value *document = okta_read_document(text, length, error);
    okta_keyset *set = document ? okta_keyset_from_jwks(document, dropped, baton, error) : NULL;

    if (jwks)
        *jwks = set ? document : NULL;
    if (!jwks || !set)
        free(document);
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
        /* one that has two kids is one */
        if (*key && !okta_key_is_same(*key, set->keys[i]))
            return OKTA_KEY_AMBIGUOUS;
        *key = set->keys[i];
    }
    return *key ? OKTA_OK : OKTA_KEY_MISMATCH;
}

/* How the key's kid stands to this one; keys without a kid come first. */
static int compare_to(const okta_key *key, const char *kid, size_t kid_length)
{
    const char *other;
    size_t length;

    okta_key_kid(key, &other, &length);
    return compare_kids(other, length, kid, kid_length);
}

okta_reason okta_keyset_find(const okta_keyset *set, const char *kid, size_t kid_length,
                             const okta_algorithm *algorithm, const okta_key **key)
{
    size_t low = 0, high = set->count;
    okta_reason reason = OKTA_KID_UNKNOWN;

    if (!kid)
        return find_without_kid(set, algorithm, key);
    if (kid_length == 0)
        return OKTA_KID_UNKNOWN;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_to(set->keys[middle], kid, kid_length) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < set->count && compare_to(set->keys[low], kid, kid_length) == 0; low++) {
        *key = set->keys[low];
        if (okta_key_serves(*key, algorithm))
            return OKTA_OK;
        reason = OKTA_KEY_MISMATCH;
    }
    return reason;
}
