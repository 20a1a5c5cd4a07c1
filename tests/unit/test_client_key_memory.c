/* SPDX-License-Identifier: Apache-2.0 */
/* Every allocation of a client's key and of its assertion fails once: nothing is forgotten, and
 * what comes out all the same is right. */
#include "core/assertion.h"
#include "core/private_jwk.h"
#include "core/reader.h"
#include "scarce.h"
#include "sealing.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

static char *ec_jwk(void)
{
    json_t *jwk = okta_private_jwk_write(world_key("p256"), true);
    char *bytes, *copy;

    need(jwk && json_object_set_new(jwk, "kid", json_string("k")) == 0, "JWK");
    bytes = json_dumps(jwk, 0);
    copy = text("%s", bytes);
    free(bytes);
    json_decref(jwk);
    return copy;
}

static bool read_key(void *baton)
{
    const char *bytes = baton;
    okta_client_key key;
    okta_error error = {""};
    bool good;

    if (!okta_client_key_read(bytes, strlen(bytes), &key, &error)) {
        if (key.pkey || key.kid || !error.text[0])
            abort();
        return false;
    }
    good = EVP_PKEY_eq(key.pkey, world_key("p256")) == 1 && strcmp(key.kid, "k") == 0;
    okta_client_key_clear(&key);
    return good;
}

rule(a_client_s_key_survives_every_failed_allocation)
{
    char *bytes = ec_jwk();

    expect_survival("a JWK", read_key, bytes, true);
    bytes[strlen(bytes) / 2] = '*';
    expect_survival("a bad JWK", read_key, bytes, false);
}

static bool read_rsa(void *baton)
{
    const char *bytes = baton;
    okta_error error = {""};
    okta_value *jwk = okta_read_secret(bytes, strlen(bytes), &error);
    EVP_PKEY *key = jwk ? okta_private_jwk_read(jwk, &error) : NULL;
    const bool good = key && EVP_PKEY_eq(key, world_key("rsa")) == 1;

    EVP_PKEY_free(key);
    free(jwk);
    return good;
}

rule(an_rsa_key_survives_every_failed_allocation)
{
    expect_survival("an RSA key", read_rsa, sealing_jwk(world_key("rsa"), ""), true);
}

static bool write_key(void *baton)
{
    json_t *jwk = okta_private_jwk_write(baton, true);
    const size_t members = json_object_size(jwk);

    json_decref(jwk);
    if (jwk && members != 9)
        abort();
    return jwk != NULL;
}

rule(a_jwk_is_written_whole_or_not_at_all)
{
    expect_survival("writing a JWK", write_key, world_key("rsa"), true);
}

static bool make(void *baton)
{
    char *assertion = okta_assertion_make(baton, "0oa1", "https://a.okta.com/v1/introspect", NOW);
    size_t dots = 0;

    for (const char *at = assertion; at && *at; at++)
        dots += *at == '.';
    if (assertion && dots != 2)
        abort();
    free(assertion);
    return assertion != NULL;
}

rule(an_assertion_survives_every_failed_allocation)
{
    static char kid[] = "k1";
    okta_client_key key = {world_key("p256"), okta_private_jwk_algorithm(world_key("p256")), kid};

    expect_survival("an assertion", make, &key, true);
}
