/* SPDX-License-Identifier: Apache-2.0 */
#include "core/decryption_key.h"
#include "core/decryption_source.h"
#include "sealing.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

static char *dropped;

static void note_dropped(void *baton, const char *kid, const char *why)
{
    (void)baton;
    dropped = text("%s%s: %s\n", dropped ? dropped : "", kid, why);
}

/* NULL with the cause in `why`. */
static okta_error why;

static okta_decryption_keys *read_keys(const char *content)
{
    dropped = NULL;
    why.text[0] = '\0';
    return okta_decryption_keys_read(exact(content, strlen(content)), strlen(content), note_dropped,
                                     NULL, &why);
}

static EVP_PKEY *own(void)
{
    static EVP_PKEY *key;

    if (!key)
        key = mint_generate("RSA:2048");
    return key;
}

static void expect_keys(const char *content, size_t count, const char *row)
{
    okta_decryption_keys *keys = read_keys(content);

    check((keys ? keys->count : 0) == count, "%s: %zu keys (%s)", row, keys ? keys->count : 0,
          why.text);
    okta_decryption_keys_free(keys);
}

rule(the_kid_of_pem_is_the_thumbprint)
{
    okta_decryption_keys *keys = read_keys(sealing_pem(own()));

    need(keys && keys->count == 1, "%s", why.text);
    check(strcmp(okta_decryption_key_kid(keys->items[0]), mint_thumbprint(own())) == 0, "%s",
          okta_decryption_key_kid(keys->items[0]));
    check(!okta_decryption_key_only(keys->items[0]), "it serves all");
    okta_decryption_keys_free(keys);
    keys = read_keys(sealing_jwk(own(), ""));
    need(keys && keys->count == 1, "%s", why.text);
    check(strcmp(okta_decryption_key_kid(keys->items[0]), mint_thumbprint(own())) == 0,
          "a JWK without one: %s", okta_decryption_key_kid(keys->items[0]));
    okta_decryption_keys_free(keys);
}

rule(pem_and_jwk_are_read_in_all_their_forms)
{
    EVP_PKEY *second = mint_generate("RSA:3072");
    const char *pem = sealing_pem(own()), *two = text("%s%s", pem, sealing_pem(second));
    const char *jwk = sealing_jwk(own(), "\"kid\":\"a\",");

    expect_keys(pem, 1, "PKCS #8");
    expect_keys(text("\n\n%s", pem), 1, "blanks in front");
    expect_keys(text("Bag Attributes\n friendlyName: x\n%s", pem), 1, "words in front");
    expect_keys(two, 2, "two in one file");
    expect_keys(text("%s%s", pem, pem), 1, "one twice");
    expect_keys(text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n%s", pem), 1,
                "a certificate in front");
    expect_keys(jwk, 1, "a JWK");
    expect_keys(text("\xef\xbb\xbf%s", jwk), 1, "a byte order mark");
    expect_keys(text("{\"keys\":[%s,%s]}", jwk, sealing_jwk(second, "")), 2, "a JWK set");
    expect_keys(text("{\"keys\":[%s,%s]}", jwk, jwk), 1, "one twice");
    expect_keys(text("{\"keys\":[%s,%s]}", jwk, sealing_jwk(own(), "\"kid\":\"b\",")), 2,
                "one by two names");
}

rule(a_key_that_cannot_decrypt_is_dropped_and_named)
{
    static const char *const rows[][2] = {
        {"\"use\":\"sig\",", "use"},
        {"\"key_ops\":[\"sign\"],", "key_ops"},
        {"\"key_ops\":\"decrypt\",", "key_ops"},
        {"\"alg\":\"RSA1_5\",", "alg"},
        {"\"alg\":\"RS256\",", "alg"},
        {"\"alg\":7,", "alg"},
        {"\"oth\":[],", "two primes"},
    };
    static const char *const good[] = {
        "\"use\":\"enc\",",           "\"use\":null,",
        "\"key_ops\":[\"decrypt\"],", "\"key_ops\":[\"wrapKey\",\"unwrapKey\"],",
        "\"alg\":\"RSA-OAEP-512\",",  "\"x5c\":[],"};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *bad = sealing_jwk(own(), text("\"kid\":\"bad\",%s", rows[i][0]));

        expect_keys(bad, 0, rows[i][0]);
        check(strstr(why.text, rows[i][1]), "%s: %s", rows[i][0], why.text);
        expect_keys(text("{\"keys\":[%s,%s]}", bad, sealing_jwk(own(), "")), 1, rows[i][0]);
        check(dropped && strncmp(dropped, "bad: ", 5) == 0 && strstr(dropped, rows[i][1]), "%s: %s",
              rows[i][0], dropped ? dropped : "none");
    }
    for (size_t i = 0; i < COUNT_OF(good); i++)
        expect_keys(sealing_jwk(own(), good[i]), 1, good[i]);
    expect_keys(sealing_jwk(own(), "\"kid\":7,"), 0, "kid 7");
    expect_keys(sealing_jwk(own(), "\"kid\":\"\","), 0, "an empty kid");
    expect_keys(sealing_jwk(own(), text("\"kid\":\"%s\",", repeat("k", 513))), 0, "a long kid");
    expect_keys(sealing_jwk(own(), text("\"kid\":\"%s\",", repeat("k", 512))), 1, "a kid");
}

/* The JWK with a member's value replaced; NULL: without it. */
static char *changed(const char *member, const char *value)
{
    json_t *jwk = json_loads(sealing_jwk(own(), ""), 0, NULL);
    char *made;

    if (value)
        json_object_set_new(jwk, member, json_string(value));
    else
        json_object_del(jwk, member);
    made = keep(json_dumps(jwk, 0));
    json_decref(jwk);
    return made;
}

/* OpenSSL goes by d where the numbers of the primes are wrong, and the other way round. */
rule(the_private_half_has_to_open_what_the_public_one_closes)
{
    json_t *another = json_loads(sealing_jwk(mint_generate("RSA:2048"), ""), 0, NULL);
    static const char *const members[] = {"n", "e", "d", "p", "q", "dp", "dq", "qi"};

    for (size_t i = 0; i < COUNT_OF(members); i++) {
        const char *m = members[i];

        expect_keys(changed(m, NULL), 0, text("no %s", m));
        expect_keys(changed(m, ""), 0, text("%s is empty", m));
        expect_keys(changed(m, "A+"), 0, text("%s is not base64url", m));
        expect_keys(changed(m, repeat("_", 1400)), 0, text("%s is huge", m));
        expect_keys(changed(m, repeat("_", 400000)), 0, text("%s is longer than all of it", m));
    }
    expect_keys(changed("n", "AA"), 0, "n is 0");
    expect_keys(changed("e", "AA"), 0, "e is 0");
    expect_keys(changed("n", json_string_value(json_object_get(another, "n"))), 0,
                "n of another key");
    expect_keys(changed("e", "Aw"), 0, "another e");
    json_decref(another);
}

rule(d_alone_will_do)
{
    json_t *jwk = json_loads(sealing_jwk(own(), ""), 0, NULL);
    json_t *another = json_loads(sealing_jwk(mint_generate("RSA:2048"), ""), 0, NULL);
    static const char *const members[] = {"p", "q", "dp", "dq", "qi"};

    for (size_t i = 0; i < COUNT_OF(members); i++)
        json_object_del(jwk, members[i]);
    expect_keys(keep(json_dumps(jwk, 0)), 1, "n, e, d");
    json_object_set(jwk, "d", json_object_get(another, "d"));
    expect_keys(keep(json_dumps(jwk, 0)), 0, "d of another key");
    json_decref(another);
    json_object_del(jwk, "d");
    expect_keys(keep(json_dumps(jwk, 0)), 0, "a public key");
    check(strstr(why.text, "no private key"), "%s", why.text);
    json_decref(jwk);
}

rule(weak_keys_and_other_kinds_are_refused)
{
    expect_keys(sealing_pem(mint_generate("RSA:1024")), 0, "1024 bits");
    check(strstr(why.text, "1024 bits"), "%s", why.text);
    expect_keys(sealing_jwk(mint_generate("RSA:1024"), ""), 0, "1024 bits");
    expect_keys(sealing_pem(mint_generate("P-256")), 0, "P-256");
    check(strstr(why.text, "only RSA"), "%s", why.text);
    expect_keys("{\"kty\":\"oct\",\"k\":\"AAAA\"}", 0, "oct");
    expect_keys("{\"keys\":[]}", 0, "empty set");
    check(strstr(why.text, "no private key"), "%s", why.text);
    expect_keys("{\"keys\":{}}", 0, "no array");
    expect_keys("{\"keys\":[1,null]}", 0, "no objects");
    expect_keys("{", 0, "no JSON");
    expect_keys("", 0, "empty");
    expect_keys("hello", 0, "words");
    check(strstr(why.text, "neither PEM"), "%s", why.text);
    expect_keys("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 0, "no DER");
    expect_keys(
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", 0,
        "a passphrase");
    check(strstr(why.text, "passphrase"), "%s", why.text);
    expect_keys("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
                "DEK-Info: AES-128-CBC,00000000000000000000000000000000\n\nAAAA\n"
                "-----END RSA PRIVATE KEY-----\n",
                0, "an old passphrase");
    check(strstr(why.text, "passphrase"), "%s", why.text);
}

typedef struct tale {
    size_t good, bad;
    size_t most; /* then it is ended */
} tale;

static bool count(void *baton, const okta_decryption_source *source, const okta_error *fault)
{
    tale *t = baton;

    check(!source->pkey == (fault != NULL), "neither a key nor a fault, or both");
    t->good += !fault;
    t->bad += fault != NULL;
    return t->good + t->bad < t->most;
}

rule(a_text_is_read_to_its_end_or_it_says_why_not)
{
    const char *pem = sealing_pem(own()), *jwk = sealing_jwk(own(), "");
    const struct {
        const char *text;
        size_t most, good, bad;
        bool read;
    } rows[] = {
        {"", 9, 0, 0, false},
        {"   ", 9, 0, 0, false},
        {"\xef\xbb\xbf", 9, 0, 0, false},
        {"words", 9, 0, 0, false},
        {"{", 9, 0, 0, false},
        {"{}", 9, 0, 0, false},
        {"{\"keys\":1}", 9, 0, 0, false},
        {"{\"keys\":[]}", 9, 0, 0, true},
        {text("{\"keys\":[%s,1,%s]}", jwk, jwk), 9, 2, 1, true},
        {text("{\"keys\":[%s,1,%s]}", jwk, jwk), 2, 1, 1, false},
        {text("%s%s", pem, pem), 9, 2, 0, true},
        {text("%s%s", pem, pem), 1, 1, 0, false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        tale t = {.most = rows[i].most};
        okta_error error = {""};
        const size_t length = strlen(rows[i].text);

        check(okta_decryption_source_read(exact(rows[i].text, length), length, count, &t, &error) ==
                  rows[i].read,
              "row %zu: %s", i, error.text);
        check(!error.text[0] == rows[i].read, "row %zu: %s", i, error.text);
        check(t.good == rows[i].good && t.bad == rows[i].bad, "row %zu: %zu good, %zu bad", i,
              t.good, t.bad);
    }
}

rule(no_more_than_so_many_of_a_file)
{
    char *keys = text("%s", sealing_jwk(own(), "\"kid\":\"0\","));

    for (int i = 1; i < OKTA_DECRYPTION_KEYS_MAX + 2; i++)
        keys = text("%s,%s", keys, sealing_jwk(own(), text("\"kid\":\"%d\",", i)));
    expect_keys(text("{\"keys\":[%s]}", keys), OKTA_DECRYPTION_KEYS_MAX, "too many");
    check(dropped && strstr(dropped, "more than"), "%s", dropped ? dropped : "none");
}
