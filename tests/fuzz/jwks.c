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
                                .jwks_uri = (char *)FUZZ_ISSUER "/v1/keys"};
    char *encoded = okta_snapshot_encode(&head, input, length);
    okta_snapshot snapshot;

    hold(encoded);
    hold(okta_snapshot_decode(&snapshot, encoded, strlen(encoded), FUZZ_ISSUER, NULL));
    hold(okta_keyset_count(snapshot.keys) == okta_keyset_count(set));
    okta_snapshot_clear(&snapshot);
    free(encoded);
}

/* Each JWK is kept or named; each kept one is found by its kid; nothing verifies junk; a snapshot
 * means the same. */
FUZZ_TARGET("jwks")
{
    size_t dropped = 0;
    okta_error error = {""};
    okta_keyset *set = okta_keyset_parse(input, length, note, &dropped, &error);
    json_t *json;
    size_t found = 0, nameless;

    if (!set) {
        hold(error.text[0]);
        return false;
    }
    json = okta_json_object(input, length, NULL);
    nameless = okta_keyset_count(set);
    hold(nameless > 0 && nameless + dropped == json_array_size(json_object_get(json, "keys")));
    for (size_t i = 0; i < json_array_size(json_object_get(json, "keys")); i++) {
        size_t kid_length;
        const char *kid =
            okta_json_string(json_array_get(json_object_get(json, "keys"), i), "kid", &kid_length);
        const okta_key *key;

        for (unsigned int id = 0; kid && id < OKTA_ALGORITHM_COUNT; id++) {
            const okta_algorithm *algorithm = okta_algorithm_by_id((okta_algorithm_id)id);
            static const unsigned char junk[256] = {1};
            okta_reason reason = okta_keyset_find(set, kid, kid_length, algorithm, &key);

            hold(reason == OKTA_OK || reason == OKTA_KID_UNKNOWN || reason == OKTA_KEY_MISMATCH);
            found += id == 0 && reason != OKTA_KID_UNKNOWN;
            if (reason == OKTA_OK)
                hold(okta_key_verify(key, algorithm, junk, 1, junk,
                                     algorithm->signature_bytes ? algorithm->signature_bytes
                                                                : 256) == OKTA_SIGNATURE_BAD);
        }
    }
    hold(found <= okta_keyset_count(set));
    hold_snapshot(set, input, length);
    json_decref(json);
    okta_keyset_unref(set);
    return true;
}
