/* SPDX-License-Identifier: Apache-2.0 */
#include "../oracle.h"
#include "core/keyset.h"
#include "core/snapshot.h"
#include "fuzz.h"

static void note(void *baton, const char *kid, const char *why)
{
    ++*(size_t *)baton;
    hold(strlen(kid) < 128 && why[0]);
}

static void hold_snapshot(const okta_keyset *set, const okta_value *jwks)
{
    const okta_snapshot head = {
        .issuer = FUZZ_ISSUER, .jwks_uri = FUZZ_ISSUER "/v1/keys", .trust = "system", .jwks = jwks};
    char *encoded = okta_snapshot_encode(&head);
    okta_snapshot snapshot;
    okta_keyset *again;

    hold(encoded);
    hold(okta_snapshot_decode(&snapshot, encoded, strlen(encoded), FUZZ_ISSUER, NULL));
    again = okta_keyset_from_jwks(snapshot.jwks, NULL, NULL, NULL);
    hold(again && okta_keyset_count(again) == okta_keyset_count(set));
    okta_keyset_unref(again);
    okta_snapshot_clear(&snapshot);
    free(encoded);
}

/* What the JWK is by itself, and what the set makes of its kid. */
static void hold_key(const okta_keyset *set, const okta_value *jwk)
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
static size_t useful(const okta_value *keys)
{
    size_t count = 0;

    for (uint32_t i = 0; i < keys->length; i++) {
        okta_key *alone = okta_key_from_jwk(&keys->as.children[i], NULL);

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
    okta_value *jwks;
    okta_keyset *set = okta_keyset_parse(input, length, note, &dropped, &jwks, &error);
    const okta_value *keys;
    json_t *json;

    if (!set) {
        hold(error.text[0] && !jwks);
        return false;
    }
    json = oracle_document(input, length);
    hold(oracle_agrees(json, jwks));
    keys = okta_value_member(jwks, "keys");
    size = keys->length;
    kept = okta_keyset_count(set);
    usable = useful(keys);
    hold(kept > 0 && kept <= usable && kept + dropped <= size && dropped >= size - usable);
    for (uint32_t i = 0; i < keys->length; i++)
        hold_key(set, &keys->as.children[i]);
    hold_snapshot(set, jwks);
    json_decref(json);
    free(jwks);
    okta_keyset_unref(set);
    return true;
}
