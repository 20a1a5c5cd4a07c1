/* SPDX-License-Identifier: Apache-2.0 */
#include "core/key.h"
#include "core/sign.h"
#include "scarce.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

static const char data[] = "what is signed";

static const struct {
    const char *alg, *kid;
} pairs[] = {{"RS256", "rsa"},  {"RS384", "rsa"}, {"RS512", "rsa"},  {"PS256", "rsa"},
             {"PS384", "rsa"},  {"PS512", "rsa"}, {"ES256", "p256"}, {"ES384", "p384"},
             {"ES512", "p521"}, {"EdDSA", "ed"}};

static const okta_algorithm *algorithm_of(const char *name)
{
    return okta_algorithm_by_name(name, strlen(name));
}

/* A token with that signature, by the key of that kid. */
static char *token_signed(size_t i)
{
    char *input = mint_input(header(pairs[i].alg, pairs[i].kid, ""), payload(""));
    char *signature =
        okta_sign(world_key(pairs[i].kid), algorithm_of(pairs[i].alg), input, strlen(input));

    need(signature, "%s", pairs[i].alg);
    return text("%s.%s", input, (char *)keep(signature));
}

rule(what_is_signed_can_be_verified)
{
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        /* R or S begins with a zero now and then */
        int rounds = pairs[i].alg[0] == 'E' ? 300 : 3;

        while (--rounds)
            expect_verdict(token_signed(i), "ok", pairs[i].alg);
    }
}

rule(a_signature_that_is_not_of_the_algorithms_form_is_none)
{
    static const struct {
        const char *alg, *kid;
    } rows[] = {{"PS256", "p256"}, {"ES256", "rsa"}, {"ES256", "p521"}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *signature =
            okta_sign(world_key(rows[i].kid), algorithm_of(rows[i].alg), data, sizeof(data));

        check(!signature, "%s by %s: %s", rows[i].alg, rows[i].kid, signature);
        free(signature);
    }
}

typedef struct signing {
    const char *alg, *kid;
    char *input;
} signing;

static bool sign_it(void *baton)
{
    const signing *s = baton;
    char *signature =
        okta_sign(world_key(s->kid), algorithm_of(s->alg), s->input, strlen(s->input));
    const bool was_armed = armed;
    char token[2048];

    if (!signature)
        return false;
    okta_text_format(token, sizeof(token), "%s.%s", s->input, signature);
    free(signature);
    armed = false;
    expect_verdict(token, "ok", s->alg);
    armed = was_armed;
    return true;
}

rule(a_signature_is_whole_or_there_is_none)
{
    /* ES256, EdDSA. Not RSA: where memory runs out while OpenSSL blinds, the next signatures by
     * that key, some thirty, do not fit, and it says that all went well; who gets them refuses
     * them. */
    static const size_t which[] = {6, 9};

    for (size_t i = 0; i < COUNT_OF(which); i++) {
        const char *alg = pairs[which[i]].alg, *kid = pairs[which[i]].kid;
        signing s = {alg, kid, mint_input(header(alg, kid, ""), payload(""))};

        expect_survival(alg, sign_it, &s, true);
    }
}
