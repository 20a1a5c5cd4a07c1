#include "core/snapshot.h"

#include "core/json.h"

#include <stdlib.h>
#include <string.h>

#define SECONDS_MAX ((int64_t)1 << 40) /* leaves room for microseconds */

/* Certificates and private members stay behind. */
static const char *const kept[] = {"kty", "kid", "alg", "use", "key_ops",
                                   "n",   "e",   "crv", "x",   "y"};

static json_t *reduced_key(const json_t *jwk)
{
    json_t *key = json_object();

    for (size_t i = 0; key && i < sizeof(kept) / sizeof(kept[0]); i++) {
        const json_t *member = okta_json_member(jwk, kept[i]);
        if (member && json_object_set(key, kept[i], (json_t *)member)) {
            json_decref(key);
            return NULL;
        }
    }
    return key;
}

static json_t *reduced_keys(const json_t *jwks)
{
    const json_t *list = json_object_get(jwks, "keys");
    json_t *keys = json_is_array(list) ? json_array() : NULL;

    for (size_t i = 0; keys && i < json_array_size(list); i++) {
        if (json_array_append_new(keys, reduced_key(json_array_get(list, i)))) {
            json_decref(keys);
            return NULL;
        }
    }
    return keys;
}

char *okta_snapshot_encode(const okta_snapshot *snapshot, const char *jwks, size_t length)
{
    json_t *source = okta_json_document(jwks, length, NULL);
    json_t *keys = reduced_keys(source);
    /* An ETag may have bytes beyond ASCII (RFC 9110 section 8.8.3), and not all of them are UTF-8:
     * such a one is left out, keys that stand without it are only asked for in full. */
    json_t *etag = snapshot->etag ? json_string(snapshot->etag) : NULL;
    json_t *document = keys
                           ? json_pack("{s:i, s:s, s:s, s:s, s:O?, s:I, s:I, s:O}", "version",
                                       OKTA_SNAPSHOT_VERSION, "issuer", snapshot->issuer,
                                       "jwks_uri", snapshot->jwks_uri, "trust", snapshot->trust,
                                       "etag", etag, "fetched_at", (json_int_t)snapshot->fetched_at,
                                       "max_age", (json_int_t)snapshot->max_age, "keys", keys)
                           : NULL;
    char *text = document ? json_dumps(document, JSON_COMPACT) : NULL;

    json_decref(etag);
    json_decref(document);
    json_decref(keys);
    json_decref(source);
    return text;
}

static char *copy_of(const json_t *document, const char *name)
{
    size_t length = 0;
    const char *text = okta_json_string(document, name, &length);

    return text && strlen(text) == length ? strdup(text) : NULL;
}

/* Whether a member that is fit to be copied has no copy. */
static bool lacks_memory(const json_t *document, const char *name, const char *copy)
{
    size_t length = 0;
    const char *text = copy ? NULL : okta_json_string(document, name, &length);

    return text && strlen(text) == length;
}

static bool read_seconds(const json_t *document, const char *name, int64_t least, int64_t *time)
{
    const json_t *value = json_object_get(document, name);

    if (!json_is_integer(value) || json_integer_value(value) < least ||
        json_integer_value(value) > SECONDS_MAX)
        return false;
    *time = json_integer_value(value);
    return true;
}

bool okta_snapshot_decode(okta_snapshot *snapshot, const char *text, size_t length,
                          const char *issuer, okta_error *error)
{
    json_t *document = okta_json_object(text, length, error);
    bool good = false;

    memset(snapshot, 0, sizeof(*snapshot));
    if (!document)
        return false;
    snapshot->issuer = copy_of(document, "issuer");
    snapshot->jwks_uri = copy_of(document, "jwks_uri");
    snapshot->etag = copy_of(document, "etag");
    snapshot->trust = copy_of(document, "trust");
    if (lacks_memory(document, "issuer", snapshot->issuer) ||
        lacks_memory(document, "jwks_uri", snapshot->jwks_uri) ||
        lacks_memory(document, "trust", snapshot->trust))
        okta_error_set_no_memory(error);
    else if (json_integer_value(json_object_get(document, "version")) != OKTA_SNAPSHOT_VERSION ||
             !snapshot->issuer || !snapshot->jwks_uri || !snapshot->trust ||
             !read_seconds(document, "fetched_at", 0, &snapshot->fetched_at) ||
             !read_seconds(document, "max_age", -1, &snapshot->max_age))
        okta_error_set(error, "not a key set snapshot of this version");
    else if (strcmp(snapshot->issuer, issuer) != 0)
        okta_error_set(error, "a snapshot of another issuer");
    else
        snapshot->keys = okta_keyset_from_json(document, NULL, NULL, error);
    good = snapshot->keys != NULL;
    if (!good)
        okta_snapshot_clear(snapshot);
    json_decref(document);
    return good;
}

void okta_snapshot_clear(okta_snapshot *snapshot)
{
    free(snapshot->issuer);
    free(snapshot->jwks_uri);
    free(snapshot->etag);
    free(snapshot->trust);
    okta_keyset_unref(snapshot->keys);
    memset(snapshot, 0, sizeof(*snapshot));
}
