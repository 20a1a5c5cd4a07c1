#include "core/snapshot.h"
#include "fuzz.h"

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* A snapshot is itself a JWKS: encoded anew from its own text, it says the same. */
FUZZ_TARGET("snapshot")
{
    okta_snapshot snapshot, again;
    okta_error error = {""};
    char *encoded;

    if (!okta_snapshot_decode(&snapshot, input, length, FUZZ_ISSUER, &error)) {
        hold(error.text[0] && !snapshot.keys && !snapshot.issuer);
        return false;
    }
    hold(snapshot.fetched_at >= 0 && snapshot.keys && okta_keyset_count(snapshot.keys) > 0);
    encoded = okta_snapshot_encode(&snapshot, input, length);
    hold(encoded);
    hold(okta_snapshot_decode(&again, encoded, strlen(encoded), FUZZ_ISSUER, NULL));
    hold(same(snapshot.issuer, again.issuer) && same(snapshot.jwks_uri, again.jwks_uri) &&
         same(snapshot.etag, again.etag) && same(snapshot.trust, again.trust));
    hold(snapshot.fetched_at == again.fetched_at && snapshot.max_age == again.max_age);
    hold(okta_keyset_count(snapshot.keys) == okta_keyset_count(again.keys));
    okta_snapshot_clear(&again);
    okta_snapshot_clear(&snapshot);
    free(encoded);
    return true;
}
