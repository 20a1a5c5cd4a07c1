/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base64url.h"
#include "core/private_jwk.h"
#include "core/reader.h"
#include "sealing.h"
#include "world.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX_BYTES 1024

static const char *const rsa_public[] = {"n", "e"};
static const char *const rsa_private[] = {"d", "p", "q", "dp", "dq", "qi"};
static const char *const ec_public[] = {"x", "y"};

void __real_OPENSSL_cleanse(void *memory, size_t length);
void __wrap_OPENSSL_cleanse(void *memory, size_t length);

static size_t least_wiped, most_wiped; /* bytes at once */

void __wrap_OPENSSL_cleanse(void *memory, size_t length)
{
    most_wiped = length > most_wiped ? length : most_wiped;
    least_wiped = length < least_wiped ? length : least_wiped;
    __real_OPENSSL_cleanse(memory, length);
}

static void note_wiping(void)
{
    least_wiped = SIZE_MAX;
    most_wiped = 0;
}

static bool has(const json_t *jwk, const char *name)
{
    return json_is_string(json_object_get(jwk, name));
}

/* RFC 7518 section 6. */
rule(members_are_those_of_the_standard)
{
    json_t *rsa = (note_wiping(), okta_private_jwk_write(world_key("rsa"), true));
    json_t *ec = okta_private_jwk_write(world_key("p256"), true);

    need(rsa && ec, "written");
    check(least_wiped == NUMBER_MAX_BYTES, "%zu bytes of a number", least_wiped);
    check(most_wiped == OKTA_BASE64URL_ENCODED(NUMBER_MAX_BYTES) + 1, "%zu bytes of a text",
          most_wiped);
    for (size_t i = 0; i < COUNT_OF(rsa_public); i++)
        check(has(rsa, rsa_public[i]), "%s", rsa_public[i]);
    for (size_t i = 0; i < COUNT_OF(rsa_private); i++)
        check(has(rsa, rsa_private[i]), "%s", rsa_private[i]);
    for (size_t i = 0; i < COUNT_OF(ec_public); i++)
        check(has(ec, ec_public[i]), "%s", ec_public[i]);
    check(has(ec, "d") && has(ec, "crv"), "EC");
    check(json_object_size(rsa) == 9 && json_object_size(ec) == 5, "more than those and kty");
    json_decref(rsa);
    json_decref(ec);
}

rule(without_the_private_members_it_is_the_public_key)
{
    static const struct {
        const char *kid;
        size_t members;
    } rows[] = {{"rsa", 3}, {"p256", 4}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        EVP_PKEY *key = world_key(rows[i].kid);
        json_t *jwk = okta_private_jwk_write(key, false);
        json_error_t error;
        json_t *other = json_loads(mint_jwk(key, ""), 0, &error);
        const char *name;
        json_t *member;

        need(jwk && other, "%s", rows[i].kid);
        check(json_object_size(jwk) == rows[i].members, "%s: %zu members", rows[i].kid,
              json_object_size(jwk));
        json_object_foreach(jwk, name, member)
            check(json_equal(member, json_object_get(other, name)), "%s: %s", rows[i].kid, name);
        json_decref(jwk);
        json_decref(other);
    }
}

static void expect_the_same(const json_t *jwk, EVP_PKEY *key)
{
    char *bytes = json_dumps(jwk, 0);
    okta_value *value = okta_read_secret(bytes, strlen(bytes), NULL);
    okta_error error = {""};
    EVP_PKEY *again = okta_private_jwk_read(value, &error);

    check(again && EVP_PKEY_eq(again, key) == 1, "read again: %s", error.text);
    EVP_PKEY_free(again);
    free(value);
    free(bytes);
}

rule(a_curve_has_its_name_and_its_algorithm)
{
    static const struct {
        const char *kid, *crv, *algorithm;
    } rows[] = {{"p256", "P-256", "ES256"}, {"p384", "P-384", "ES384"}, {"p521", "P-521", "ES512"}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        EVP_PKEY *key = world_key(rows[i].kid);
        const okta_algorithm *algorithm = okta_private_jwk_algorithm(key);
        json_t *jwk = okta_private_jwk_write(key, true);
        const char *crv = json_string_value(json_object_get(jwk, "crv"));

        check(algorithm && strcmp(algorithm->name, rows[i].algorithm) == 0, "%s", rows[i].kid);
        check(crv && strcmp(crv, rows[i].crv) == 0, "%s", rows[i].kid);
        expect_the_same(jwk, key);
        json_decref(jwk);
    }
    check(!okta_private_jwk_algorithm(world_key("ed")), "Ed25519 has none here");
}

static bool is_zero(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i])
            return false;
    return true;
}

rule(what_was_read_is_wiped)
{
    char *bytes = sealing_jwk(world_key("rsa"), "");
    okta_value *jwk = okta_read_secret(bytes, strlen(bytes), NULL);
    const char *at[COUNT_OF(rsa_private)];
    size_t lengths[COUNT_OF(rsa_private)];
    okta_error error = {""};
    EVP_PKEY *key;

    need(jwk, "read");
    for (size_t i = 0; i < COUNT_OF(rsa_private); i++) {
        at[i] = okta_value_text(jwk, rsa_private[i]);
        need(at[i] && *at[i], "%s", rsa_private[i]);
        lengths[i] = strlen(at[i]);
    }
    note_wiping();
    key = okta_private_jwk_read(jwk, &error);
    need(key, "%s", error.text);
    check(most_wiped == NUMBER_MAX_BYTES, "%zu bytes of a number", most_wiped);
    check(EVP_PKEY_eq(key, world_key("rsa")) == 1, "another key");
    for (size_t i = 0; i < COUNT_OF(rsa_private); i++)
        check(is_zero(at[i], lengths[i]), "%s is still there", rsa_private[i]);
    EVP_PKEY_free(key);
    free(jwk);
}
