/* SPDX-License-Identifier: Apache-2.0 */
#include "core/jwe.h"
#include "scarce.h"
#include "sealing.h"
#include "world.h"

#include <string.h>

/* Every allocation fails once. Nothing may crash or leak, no bad token may pass, and no good one is
 * called undecryptable: that would be remembered. */

#define PLAIN "what is within"

typedef struct judged {
    okta_decryption_keys *keys;
    const char *token;
    okta_reason blamed; /* what a good token was called, where memory was to blame */
    bool good;
} judged;

static bool open_it(void *baton)
{
    judged *self = baton;
    const okta_opener opener = {(const okta_decryption_key *const *)self->keys->items,
                                self->keys->count, NULL, NULL};
    okta_opened opened;
    okta_result result;
    okta_reason reason =
        okta_jwe_open(&opener, self->token, strlen(self->token), NULL, &opened, &result);
    bool good = reason == OKTA_OK && strcmp(opened.token, PLAIN) == 0;

    if (self->good && !good && reason != OKTA_OUT_OF_MEMORY)
        self->blamed = reason;
    okta_opened_clear(&opened);
    return good;
}

/* Rules run in any order: that of the linker. */
static EVP_PKEY *key;

static void need_key(void)
{
    if (!key)
        key = mint_generate("RSA:2048");
}

rule(a_token_survives_or_is_put_off)
{
    static const char *const encs[] = {"A256GCM", "A128CBC-HS256"};
    const char *pem;

    need_key();
    pem = sealing_pem(key);
    for (size_t i = 0; i < 2 * COUNT_OF(encs); i++) {
        judged one = {.good = i % 2 == 0};
        sealing what = {.key = key,
                        .alg = "RSA-OAEP-256",
                        .enc = encs[i / 2],
                        .plain = PLAIN,
                        .flipped = i % 2 != 0,
                        .other = 3};

        one.keys = okta_decryption_keys_read(pem, strlen(pem), NULL, NULL, NULL);
        one.token = seal(&what);
        need(one.keys, "no key");
        expect_survival(text("%s %s", one.good ? "good" : "bad", what.enc), open_it, &one,
                        one.good);
        check(one.blamed == OKTA_UNSET, "%s: a good one was called %s", what.enc,
              okta_reason_tag(one.blamed));
        okta_decryption_keys_free(one.keys);
    }
}

/* OpenSSL makes new blinding factors with every 32nd operation, and where memory runs out meanwhile
 * it is left with two that do not fit. */
rule(a_failed_allocation_spoils_no_operation_after_it)
{
    sealing what = {.alg = "RSA-OAEP-256", .enc = "A256GCM", .plain = PLAIN};
    const char *jwk, *token;

    need_key();
    what.key = key;
    jwk = sealing_jwk(key, "");
    token = seal(&what);

    for (size_t before = 30; before < 34; before++)
        for (size_t n = 1; !until_failure; n++) {
            judged one = {.token = token, .good = true};
            bool failed;

            one.keys = okta_decryption_keys_read(jwk, strlen(jwk), NULL, NULL, NULL);
            need(one.keys, "no key");
            for (size_t i = 0; i < before; i++)
                check(open_it(&one), "operation %zu", i);
            until_failure = n;
            armed = true;
            open_it(&one);
            armed = false;
            failed = until_failure == 0;
            until_failure = 0;
            for (int i = 0; i < 3; i++)
                check(open_it(&one), "behind allocation %zu of operation %zu", n, before);
            check(one.blamed == OKTA_UNSET, "%zu, %zu: a good one was called %s", before, n,
                  okta_reason_tag(one.blamed));
            okta_decryption_keys_free(one.keys);
            if (!failed)
                break;
        }
}

static bool read_keys(void *baton)
{
    okta_error error = {""};
    okta_decryption_keys *keys =
        okta_decryption_keys_read(baton, strlen(baton), NULL, NULL, &error);
    bool good = keys && keys->count == 2;

    if (armed && !good && !keys && !okta_error_is_no_memory(&error))
        check(false, "memory ran out, and it was called \"%s\"", error.text);
    okta_decryption_keys_free(keys);
    return good;
}

rule(keys_are_all_read_or_none)
{
    EVP_PKEY *second = mint_generate("RSA:2048");
    char *pem;

    need_key();
    pem = text("%s%s", sealing_pem(key), sealing_pem(second));
    /* OpenSSL's reader of PEM allocates thousands of times */
    check(read_keys(pem), "PEM without a failure");
    expect_nothing_kept("PEM", read_keys, pem);
    for (size_t n = 1; !until_failure; n += 61) {
        until_failure = n;
        armed = true;
        read_keys(pem);
        armed = false;
        if (until_failure)
            break;
        check(read_keys(pem), "PEM is not itself again after allocation %zu failed", n);
    }
    until_failure = 0;
    expect_survival("JWK", read_keys,
                    text("{\"keys\":[%s,%s]}", sealing_jwk(key, "\"kid\":\"a\","),
                         sealing_jwk(second, "\"kid\":\"b\",")),
                    true);
}
