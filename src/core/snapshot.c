/* SPDX-License-Identifier: Apache-2.0 */
#include "core/snapshot.h"

#include "core/reader.h"

#include <stdlib.h>
#include <string.h>

#define SECONDS_MAX ((int64_t)1 << 40) /* leaves room for microseconds */

/* Certificates and private members stay behind. */
static const char *const kept[] = {"kty", "kid", "alg", "use", "key_ops",
                                   "n",   "e",   "crv", "x",   "y"};

static json_t *reduced_key(const okta_value *jwk)
{
    json_t *key = json_object();

    for (size_t i = 0; key && i < sizeof(kept) / sizeof(kept[0]); i++) {
        const okta_value *member = okta_value_member(jwk, kept[i]);
        if (member && json_object_set_new(key, kept[i], okta_value_to_json(member))) {
            json_decref(key);
            return NULL;
        }
    }
    return key;
}

static json_t *reduced_keys(const okta_value *jwks)
{
    const okta_value *list = okta_value_member(jwks, "keys");
    json_t *keys = list && list->type == OKTA_VALUE_ARRAY ? json_array() : NULL;

    for (uint32_t i = 0; keys && i < list->length; i++) {
        if (json_array_append_new(keys, reduced_key(&list->as.children[i]))) {
            json_decref(keys);
            return NULL;
        }
    }
    return keys;
}

char *okta_snapshot_encode(const okta_snapshot *snapshot)
{
    json_t *keys = reduced_keys(snapshot->jwks);
    /* An ETag may have bytes beyond ASCII (RFC 9110 section 8.8.3), and not all of them are UTF-8:
     * such a one is left out, keys that stand without it are only asked for in full. */
    json_t *etag = snapshot->etag ? json_string(snapshot->etag) : NULL;
    json_t *document = keys
                           ? json_pack("{s:i, s:s, s:s, s:s, s:s?, s:O?, s:I, s:I, s:O}", "version",
                                       OKTA_SNAPSHOT_VERSION, "issuer", snapshot->issuer,
                                       "jwks_uri", snapshot->jwks_uri, "trust", snapshot->trust,
                                       "introspection_endpoint", snapshot->introspection_endpoint,
                                       "etag", etag, "fetched_at", (json_int_t)snapshot->fetched_at,
                                       "max_age", (json_int_t)snapshot->max_age, "keys", keys)
                           : NULL;
    char *text = okta_json_text(document, JSON_COMPACT);

    json_decref(etag);
    json_decref(document);
    json_decref(keys);
    return text;
}

static bool read_seconds(const okta_value *document, const char *name, int64_t least, int64_t *time)
{
    const okta_value *value = okta_value_member(document, name);

    if (!value || value->type != OKTA_VALUE_INTEGER || value->as.integer < least ||
        value->as.integer > SECONDS_MAX)
        return false;
    *time = value->as.integer;
    return true;
}

static bool read_members(okta_snapshot *snapshot)
{
    const okta_value *document = snapshot->jwks;
    int64_t version;

    snapshot->issuer = okta_value_text(document, "issuer");
    snapshot->jwks_uri = okta_value_text(document, "jwks_uri");
    snapshot->introspection_endpoint = okta_value_text(document, "introspection_endpoint");
    snapshot->etag = okta_value_text(document, "etag");
    snapshot->trust = okta_value_text(document, "trust");
    return snapshot->issuer && snapshot->jwks_uri && snapshot->trust &&
           read_seconds(document, "version", OKTA_SNAPSHOT_VERSION, &version) &&
           version == OKTA_SNAPSHOT_VERSION &&
           read_seconds(document, "fetched_at", 0, &snapshot->fetched_at) &&
           read_seconds(document, "max_age", -1, &snapshot->max_age);
}

bool okta_snapshot_decode(okta_snapshot *snapshot, const char *text, size_t length,
                          const char *issuer, okta_error *error)
{
    memset(snapshot, 0, sizeof(*snapshot));
    snapshot->jwks = okta_read_object(text, length, error);
    if (!snapshot->jwks)
        return false;
    if (!read_members(snapshot))
        okta_error_set(error, "not a key set snapshot of this version");
    else if (strcmp(snapshot->issuer, issuer) != 0)
        okta_error_set(error, "a snapshot of another issuer");
    else
        return true;
    okta_snapshot_clear(snapshot);
    return false;
}

void okta_snapshot_clear(okta_snapshot *snapshot)
{
    free((okta_value *)snapshot->jwks);
    memset(snapshot, 0, sizeof(*snapshot));
}
