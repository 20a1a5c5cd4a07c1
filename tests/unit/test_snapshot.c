/* SPDX-License-Identifier: Apache-2.0 */
#include "core/reader.h"
#include "core/snapshot.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

#define TRUST "ca=system proxy=none"
#define KEYS_URI "https://integrator-1.okta.com/oauth2/default/v1/keys"

static okta_keyset *keys; /* of the snapshot that was decoded last */

static char *encode(okta_snapshot snapshot, const char *jwks)
{
    okta_value *document = okta_read_document(exact(jwks, strlen(jwks)), strlen(jwks), NULL);
    char *encoded;

    snapshot.jwks = document;
    encoded = okta_snapshot_encode(&snapshot);
    free(document);
    return encoded ? keep(encoded) : NULL;
}

static const okta_snapshot head = {
    .issuer = ISSUER, .jwks_uri = KEYS_URI, .trust = TRUST, .fetched_at = 1, .max_age = 1};

static char *sound(void)
{
    okta_snapshot snapshot = head;
    char *encoded;

    snapshot.etag = "\"tag\"";
    snapshot.fetched_at = NOW;
    snapshot.max_age = 3600;
    encoded = encode(snapshot, world_jwks());
    need(encoded, "the world's keys make no snapshot");
    return encoded;
}

static void clear(okta_snapshot *snapshot)
{
    okta_snapshot_clear(snapshot);
    okta_keyset_unref(keys);
    keys = NULL;
}

/* With its keys. */
static bool decodes(const char *encoded, okta_snapshot *snapshot, const char *issuer)
{
    okta_error error = {""};
    bool good = okta_snapshot_decode(snapshot, exact(encoded, strlen(encoded)), strlen(encoded),
                                     issuer, &error);

    check(good || (!snapshot->issuer && !snapshot->jwks_uri && !snapshot->etag && !snapshot->jwks &&
                   !snapshot->trust),
          "a refusal left something behind");
    keys = good ? okta_keyset_from_jwks(snapshot->jwks, NULL, NULL, &error) : NULL;
    if (good && !keys)
        clear(snapshot);
    check(keys || error.text[0], "refused without a cause: %.100s", encoded);
    return keys != NULL;
}

rule(what_goes_in_comes_out)
{
    okta_snapshot snapshot;

    need(decodes(sound(), &snapshot, ISSUER), "sound");
    check(strcmp(snapshot.issuer, ISSUER) == 0, "%s", snapshot.issuer);
    check(strcmp(snapshot.jwks_uri, KEYS_URI) == 0, "%s", snapshot.jwks_uri);
    check(strcmp(snapshot.etag, "\"tag\"") == 0, "%s", snapshot.etag);
    check(strcmp(snapshot.trust, TRUST) == 0, "%s", snapshot.trust);
    check(snapshot.fetched_at == NOW && snapshot.max_age == 3600, "times");
    check(okta_keyset_count(keys) == 6, "%zu keys", okta_keyset_count(keys));
    clear(&snapshot);
    check(!snapshot.issuer && !snapshot.jwks, "cleared");
    clear(&snapshot);
}

rule(a_decoded_key_set_verifies_tokens)
{
    okta_snapshot snapshot;
    char *token = token_of(payload(""));

    need(decodes(sound(), &snapshot, ISSUER), "sound");
    check(okta_verify_signature(OKTA_ALGORITHMS_ALL, keys, token, strlen(token), NULL, &last) ==
              OKTA_OK,
          "%s", last.detail);
    clear(&snapshot);
}

rule(an_absent_etag_stays_absent)
{
    okta_snapshot snapshot = {.issuer = ISSUER, .jwks_uri = KEYS_URI, .trust = TRUST};

    need(decodes(encode(snapshot, world_jwks()), &snapshot, ISSUER), "sound");
    check(!snapshot.etag, "%s", snapshot.etag);
    check(snapshot.fetched_at == 0 && snapshot.max_age == 0, "times");
    clear(&snapshot);
}

rule(only_what_verification_needs_is_kept)
{
    char *jwks =
        text("{\"keys\":[%s],\"other\":\"x\"}",
             mint_jwk(world_key("rsa"), "\"kid\":\"a\",\"d\":\"SECRET\",\"p\":\"SECRET\",\"q\":"
                                        "\"SECRET\",\"k\":\"SECRET\",\"x5c\":[\"CERT\"],"));
    char *encoded = encode(head, jwks);

    need(encoded, "sound");
    check(!strstr(encoded, "SECRET") && !strstr(encoded, "CERT") && !strstr(encoded, "other"), "%s",
          encoded);
    check(strlen(encoded) < strlen(jwks) + 300, "%zu", strlen(encoded));
}

/* Whatever a set makes of a JWKS, it makes of the snapshot too. */
rule(a_snapshot_means_what_the_jwks_meant)
{
    char *a = mint_jwk(world_key("p256"), "\"kid\":\"a\",");
    const struct {
        const char *name, *jwks;
    } rows[] = {
        {"enc", text("{\"keys\":[%s,%s]}", a,
                     mint_jwk(world_key("ed"), "\"kid\":\"b\",\"use\":\"enc\","))},
        {"key_ops", text("{\"keys\":[%s,%s]}", a,
                         mint_jwk(world_key("ed"), "\"kid\":\"b\",\"key_ops\":[\"sign\"],"))},
        {"alg", text("{\"keys\":[%s,%s]}", a,
                     mint_jwk(world_key("rsa"), "\"kid\":\"b\",\"alg\":\"RSA-OAEP\","))},
        {"shared kid", text("{\"keys\":[%s,%s,%s]}", a, a, mint_jwk(world_key("ed"), ""))},
        {"shared with junk",
         text("{\"keys\":[{\"kid\":\"a\"},%s,%s]}", a, mint_jwk(world_key("ed"), ""))},
        {"two types", text("{\"keys\":[%s,%s]}", a, mint_jwk(world_key("ed"), "\"kid\":\"a\","))},
        {"two algs",
         text("{\"keys\":[%s,%s]}", mint_jwk(world_key("rsa"), "\"kid\":\"a\",\"alg\":\"RS256\","),
              mint_jwk(world_key("rs256"), "\"kid\":\"a\",\"alg\":\"PS256\","))},
        {"competing", text("{\"keys\":[%s,%s,%s]}", a, mint_jwk(world_key("rsa"), "\"kid\":\"b\","),
                           mint_jwk(world_key("rs256"), "\"kid\":\"b\","))},
        {"nulls",
         text("{\"keys\":[%s]}", mint_jwk(world_key("rsa"), "\"kid\":null,\"alg\":null,"
                                                            "\"use\":null,\"key_ops\":null,"))},
        {"a byte order mark", text("\xef\xbb\xbf{\"keys\":[%s]}", a)},
        {"no objects", text("{\"keys\":[1,null,\"x\",[],%s]}", a)},
        {"number as n", text("{\"keys\":[{\"kty\":\"RSA\",\"n\":1.5,\"e\":[]},%s]}", a)},
        {"oct", text("{\"keys\":[{\"kty\":\"oct\",\"k\":\"AA\",\"kid\":\"a2\"},%s]}", a)},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_keyset *direct =
            okta_keyset_parse(rows[i].jwks, strlen(rows[i].jwks), NULL, NULL, NULL, NULL);
        char *encoded = encode(head, rows[i].jwks);
        okta_snapshot snapshot;

        need(direct && encoded, "%s", rows[i].name);
        need(decodes(encoded, &snapshot, ISSUER), "%s", rows[i].name);
        check(okta_keyset_count(direct) == okta_keyset_count(keys), "%s: %zu and %zu keys",
              rows[i].name, okta_keyset_count(direct), okta_keyset_count(keys));
        okta_keyset_unref(direct);
        clear(&snapshot);
    }
}

rule(what_is_no_jwks_is_not_encoded)
{
    static const char *const rows[] = {
        "", "x", "[]", "{}", "{\"keys\":{}}", "{\"keys\":1}", "{\"keys\":[],\"keys\":[]}"};
    okta_snapshot snapshot = head;

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(!encode(head, rows[i]), "%s", rows[i]);
    snapshot.issuer = "\xff";
    check(!encode(snapshot, "{\"keys\":[]}"), "an issuer that is no UTF-8");
}

static char *changed(const char *name, const char *value)
{
    json_t *document = json_loads(sound(), 0, NULL);
    char *made;

    if (value)
        json_object_set_new(document, name, json_loads(value, JSON_DECODE_ANY, NULL));
    else
        json_object_del(document, name);
    made = keep(json_dumps(document, JSON_COMPACT));
    json_decref(document);
    return made;
}

rule(a_damaged_snapshot_is_refused)
{
    static const struct {
        const char *name, *value;
    } rows[] = {
        {"trust", NULL},
        {"trust", "null"},
        {"trust", "1"},
        {"version", NULL},
        {"version", "0"},
        {"version", "1"},
        {"version", "\"2\""},
        {"version", "2.0"},
        {"version", "null"},
        {"version", "true"},
        {"issuer", NULL},
        {"issuer", "1"},
        {"issuer", "null"},
        {"issuer", "\"\""},
        {"issuer", "\"" ISSUER "/\""},
        {"issuer", "\"https://integrator-1.okta.com/oauth2/defaulT\""},
        {"jwks_uri", NULL},
        {"jwks_uri", "1"},
        {"jwks_uri", "null"},
        {"fetched_at", NULL},
        {"fetched_at", "-1"},
        {"fetched_at", "1.5"},
        {"fetched_at", "\"1\""},
        {"max_age", NULL},
        {"max_age", "-2"},
        {"max_age", "1e3"},
        {"keys", NULL},
        {"keys", "[]"},
        {"keys", "{}"},
        {"keys", "[1]"},
        {"keys", "null"},
    };
    okta_snapshot snapshot;

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(!decodes(changed(rows[i].name, rows[i].value), &snapshot, ISSUER), "%s: %s",
              rows[i].name, rows[i].value ? rows[i].value : "absent");
    check(!decodes(sound(), &snapshot, "https://other.example/x"), "another issuer's");
    check(!okta_snapshot_decode(&snapshot, "{}", 2, ISSUER, NULL), "no cause wanted");
    if (decodes(changed("etag", "7"), &snapshot, ISSUER)) {
        check(!snapshot.etag, "a number for an etag");
        clear(&snapshot);
    }
}

rule(no_cut_of_a_snapshot_passes)
{
    char *whole = sound();
    okta_snapshot snapshot;

    for (size_t length = 0; length < strlen(whole); length += 11)
        check(!decodes(text("%.*s", (int)length, whole), &snapshot, ISSUER), "cut to %zu", length);
    check(!decodes(text("%s}", whole), &snapshot, ISSUER), "more behind it");
}

rule(times_leave_room_for_microseconds)
{
    static const char *const names[] = {"fetched_at", "max_age"};
    okta_snapshot snapshot;

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        check(!decodes(changed(names[i], "9223372036854775807"), &snapshot, ISSUER), "%s",
              names[i]);
        check(!decodes(changed(names[i], "9223372036855"), &snapshot, ISSUER), "%s", names[i]);
        need(decodes(changed(names[i], "100000000000"), &snapshot, ISSUER), "%s", names[i]);
        clear(&snapshot);
    }
}

/* RFC 9110 section 8.8.3 permits bytes that JSON does not; the keys do not depend on them. */
rule(an_etag_that_json_cannot_hold_is_left_out)
{
    static const struct {
        const char *etag;
        bool kept;
    } rows[] = {{"\"caf\xe9\"", false},
                {"\"caf\xc3\xa9\"", true},
                {"W/\"\xff\xfe\"", false},
                {"\"\"", true},
                {"\"a\\b\x01\"", true}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_snapshot snapshot = {.issuer = ISSUER,
                                  .jwks_uri = KEYS_URI,
                                  .trust = "system",
                                  .etag = rows[i].etag,
                                  .max_age = -1};
        char *encoded = encode(snapshot, world_jwks());

        need(encoded && decodes(encoded, &snapshot, ISSUER), "row %zu is no snapshot", i);
        check(okta_keyset_count(keys) == 6, "row %zu: keys", i);
        check(rows[i].kept == (snapshot.etag && strcmp(snapshot.etag, rows[i].etag) == 0),
              "row %zu: %s", i, snapshot.etag ? snapshot.etag : "none");
        clear(&snapshot);
    }
}

/* As the state file gets what was published without times. */
rule(a_snapshot_gets_other_times_and_is_the_same_otherwise)
{
    char *before = sound(), *stamped, *back;
    okta_snapshot snapshot;

    need(decodes(before, &snapshot, ISSUER), "sound");
    snapshot.fetched_at = 7;
    snapshot.max_age = -1;
    stamped = keep(okta_snapshot_encode(&snapshot));
    clear(&snapshot);
    need(decodes(stamped, &snapshot, ISSUER), "stamped");
    check(snapshot.fetched_at == 7 && snapshot.max_age == -1, "times");
    snapshot.fetched_at = NOW;
    snapshot.max_age = 3600;
    back = keep(okta_snapshot_encode(&snapshot));
    check(strcmp(before, back) == 0, "%s became %s", before, back);
    clear(&snapshot);
}

/* Reading where keys came from makes none of them. */
rule(the_origin_is_read_without_the_keys)
{
    okta_snapshot snapshot;
    char *encoded = changed("keys", "[{\"kty\":\"oct\"}]");

    need(okta_snapshot_decode(&snapshot, encoded, strlen(encoded), ISSUER, NULL),
         "no use, but JSON");
    check(strcmp(snapshot.jwks_uri, KEYS_URI) == 0, "%s", snapshot.jwks_uri);
    okta_snapshot_clear(&snapshot);
    check(!decodes(encoded, &snapshot, ISSUER), "keys of no use");
}
