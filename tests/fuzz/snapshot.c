/* SPDX-License-Identifier: Apache-2.0 */
#include "core/snapshot.h"
#include "core/keyset.h"
#include "fuzz.h"

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Encoded anew, with other times too, a snapshot says the same. */
FUZZ_TARGET("snapshot")
{
    okta_snapshot snapshot, again;
    okta_error error = {""};
    okta_keyset *keys, *same_keys;
    char *encoded;

    if (!okta_snapshot_decode(&snapshot, input, length, FUZZ_ISSUER, &error)) {
        hold(error.text[0] && !snapshot.jwks && !snapshot.issuer);
        return false;
    }
    keys = okta_keyset_from_jwks(snapshot.jwks, NULL, NULL, &error);
    if (!keys) {
        hold(error.text[0]);
        okta_snapshot_clear(&snapshot);
        return false;
    }
    hold(snapshot.fetched_at >= 0 && okta_keyset_count(keys) > 0);
    snapshot.fetched_at++;
    snapshot.max_age = 7;
    encoded = okta_snapshot_encode(&snapshot);
    hold(encoded);
    hold(okta_snapshot_decode(&again, encoded, strlen(encoded), FUZZ_ISSUER, NULL));
    hold(same(snapshot.issuer, again.issuer) && same(snapshot.jwks_uri, again.jwks_uri) &&
         same(snapshot.etag, again.etag) && same(snapshot.trust, again.trust));
    hold(again.fetched_at == snapshot.fetched_at && again.max_age == 7);
    same_keys = okta_keyset_from_jwks(again.jwks, NULL, NULL, NULL);
    hold(same_keys && okta_keyset_count(keys) == okta_keyset_count(same_keys));
    okta_keyset_unref(same_keys);
    okta_keyset_unref(keys);
    okta_snapshot_clear(&again);
    okta_snapshot_clear(&snapshot);
    free(encoded);
    return true;
}
