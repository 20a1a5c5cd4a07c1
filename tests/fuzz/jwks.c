#include "core/json.h"
#include "core/keyset.h"
#include "core/snapshot.h"
#include "fuzz.h"

static void note(void *baton, const char *kid, const char *why)
{
    ++*(size_t *)baton;
    hold(strlen(kid) < 128 && why[0]);
}

static void hold_snapshot(const okta_keyset *set, const char *input, size_t length)
{
    const okta_snapshot head = {.issuer = (char *)FUZZ_ISSUER,
                                .jwks_uri = (char *)FUZZ_ISSUER "/v1/keys",
                                .trust = (char *)"system"};
    char *encoded = okta_snapshot_encode(&head, input, length);
    okta_snapshot snapshot;

    hold(encoded);
    hold(okta_snapshot_decode(&snapshot, encoded, strlen(encoded), FUZZ_ISSUER, NULL));
    hold(okta_keyset_count(snapshot.keys) == okta_keyset_count(set));
    okta_snapshot_clear(&snapshot);
    free(encoded);
}

/* What the JWK is by itself, and what the set makes of its kid. */
static void hold_key(const okta_keyset *set, const json_t *jwk)
{
    static const unsigned char junk[256] = {1};
    okta_key *alone = okta_key_from_jwk(jwk, NULL);
    const okta_key *key;
    const char *kid;
    size_t kid_length;

    for (unsigned int id = 0;
         alone && okta_key_kid(alone, &kid, &kid_length) && id < OKTA_ALGORITHM_COUNT; id++) {
        const okta_algorithm *algorithm = okta_algorithm_by_id((okta_algorithm_id)id);
        okta_reason reason = okta_keyset_find(set, kid, kid_length, algorithm, &key);

        hold(reason == OKTA_OK || reason == OKTA_KID_UNKNOWN || reason == OKTA_KEY_MISMATCH);
        if (reason != OKTA_OK)
            continue;
        hold(okta_key_serves(key, algorithm) && !okta_keys_compete(key, alone));
        hold(okta_key_verify(key, algorithm, junk, 1, junk,
                             algorithm->signature_bytes ? algorithm->signature_bytes : 256) ==
             OKTA_SIGNATURE_BAD);
    }
    okta_key_free(alone);
}

/* How many JWKs are of use by themselves. */
static size_t useful(const json_t *keys)
{
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(keys); i++) {
        okta_key *alone = okta_key_from_jwk(json_array_get(keys, i), NULL);

        count += alone != NULL;
        okta_key_free(alone);
    }
    return count;
}

/* Each JWK is kept, named or there already; one that is found competes with none of its kid;
 * nothing verifies junk; a snapshot means the same. */
FUZZ_TARGET("jwks")
{
    size_t dropped = 0, size, kept, usable;
    okta_error error = {""};
    okta_keyset *set = okta_keyset_parse(input, length, note, &dropped, &error);
    json_t *json, *keys;

    if (!set) {
        hold(error.text[0]);
        return false;
    }
    json = okta_json_document(input, length, NULL);
    keys = json_object_get(json, "keys");
    size = json_array_size(keys);
    kept = okta_keyset_count(set);
    usable = useful(keys);
    hold(kept > 0 && kept <= usable && kept + dropped <= size && dropped >= size - usable);
    for (size_t i = 0; i < size; i++)
        hold_key(set, json_array_get(keys, i));
    hold_snapshot(set, input, length);
    json_decref(json);
    okta_keyset_unref(set);
    return true;
}
