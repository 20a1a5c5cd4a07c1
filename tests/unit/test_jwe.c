/* SPDX-License-Identifier: Apache-2.0 */
#include "core/jwe.h"
#include "core/jwk.h"
#include "sealing.h"
#include "world.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl"

static okta_decryption_keys *keys_of(const char *text)
{
    okta_error error = {""};
    okta_decryption_keys *keys = okta_decryption_keys_read(text, strlen(text), NULL, NULL, &error);

    need(keys, "%s", error.text);
    return keys;
}

static EVP_PKEY *recipient(void)
{
    static EVP_PKEY *key;

    if (!key)
        key = mint_generate("RSA:2048");
    return key;
}

static int asked;
static bool answer = true;

static bool may_work(void *baton)
{
    (void)baton;
    asked++;
    return answer;
}

static char seen[200]; /* of the last one that was opened */

static void note_line(void *baton, okta_check check, const okta_result *result)
{
    (void)baton;
    (void)check;
    okta_text_format(seen, sizeof(seen), "%s", result->detail);
}

/* NULL where it stays closed; `last` says why. */
static char *open_by(const okta_decryption_keys *keys, const char *token)
{
    const okta_opener opener = {(const okta_decryption_key *const *)keys->items, keys->count,
                                may_work, NULL};
    char *copy = exact(token, strlen(token)), *plain = NULL;
    const okta_trace trace = {note_line, NULL};
    okta_opened opened;
    okta_reason reason = okta_jwe_open(&opener, copy, strlen(token), &trace, &opened, &last);

    check(reason == last.reason, "%s", last.detail);
    check((reason == OKTA_OK) == (opened.token != NULL), "%s", last.detail);
    check((reason == OKTA_OK) == (opened.key != NULL), "%s", last.detail);
    check(reason == OKTA_OK || last.detail[0] != '\0', "a refusal without a detail");
    if (opened.token)
        plain = text("%.*s", (int)opened.length, opened.token);
    okta_opened_clear(&opened);
    check(!opened.token && !opened.length, "cleared");
    return plain;
}

static char *open_with(const char *key_text, const char *token)
{
    okta_decryption_keys *keys = keys_of(key_text);
    char *plain = open_by(keys, token);

    okta_decryption_keys_free(keys);
    return plain;
}

static void expect_opened(const char *key_text, const char *token, const char *plain,
                          const char *row)
{
    char *found = open_with(key_text, token);

    check(found && strcmp(found, plain) == 0, "%s: %s", row, found ? found : last.detail);
}

static void expect_closed(const char *key_text, const char *token, const char *tag,
                          const char *detail, const char *row)
{
    char *found = open_with(key_text, token);

    check(!found && strcmp(okta_reason_tag(last.reason), tag) == 0, "%s: %s (%s)", row,
          okta_reason_tag(last.reason), last.detail);
    check(strstr(last.detail, detail), "%s: %s", row, last.detail);
}

static const char *const vectors[] = {"rfc7516-a1", "rfc7520-5.1", "rfc7520-5.2", "rfc7520-6"};

rule(each_rfcs_example_is_opened_as_it_says)
{
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        size_t length;
        char *content = read_file(text("tests/vectors/%s.json", vectors[i]), &length);
        json_t *vector = json_loadb(content, length, JSON_REJECT_DUPLICATES, NULL);
        const char *token = json_string_value(json_object_get(vector, "token"));
        const char *reason = json_string_value(json_object_get(vector, "reason"));
        const char *plain = json_string_value(json_object_get(vector, "plaintext"));

        need(token && reason && plain, "%s", vectors[i]);
        if (strcmp(reason, "ok") == 0)
            expect_opened(content, token, plain, vectors[i]);
        else
            expect_closed(content, token, reason, "alg", vectors[i]);
        json_decref(vector);
    }
}

rule(each_algorithm_opens_with_each_encryption)
{
    const char *pem = sealing_pem(recipient());

    for (size_t a = 0; a < COUNT_OF(sealing_algs); a++)
        for (size_t e = 0; e < COUNT_OF(sealing_encs); e++) {
            const char *row = text("%s %s", sealing_algs[a], sealing_encs[e]);

            for (size_t length = 1; length < 50; length += 7) {
                const char *plain = repeat("x", length);
                sealing what = {.key = recipient(),
                                .alg = sealing_algs[a],
                                .enc = sealing_encs[e],
                                .plain = plain};

                expect_opened(pem, seal(&what), plain, row);
            }
        }
}

rule(every_part_counts)
{
    const char *pem = sealing_pem(recipient());

    for (size_t e = 0; e < COUNT_OF(sealing_encs); e++)
        for (size_t part = 1; part < 5; part++) {
            sealing what = {.key = recipient(),
                            .alg = "RSA-OAEP-256",
                            .enc = sealing_encs[e],
                            .plain = PLAIN,
                            .other = part,
                            .flipped = true};

            expect_closed(pem, seal(&what), "token_undecryptable", "not encrypted to the key",
                          text("%s, part %zu", sealing_encs[e], part));
        }
}

rule(the_header_is_judged_before_any_key_works)
{
#define HEADER(members) "{\"alg\":\"RSA-OAEP\",\"enc\":\"A128GCM\"" members "}"
    static const char *const rows[][3] = {
        {HEADER(",\"crit\":[\"exp\"]"), "header_critical", "crit"},
        {HEADER(",\"crit\":null"), "header_critical", "crit"},
        {HEADER(",\"zip\":\"DEF\""), "token_undecryptable", "zip"},
        {HEADER(",\"zip\":null"), "token_undecryptable", "zip"},
        {HEADER(",\"cty\":\"json\""), "token_undecryptable", "cty"},
        {HEADER(",\"cty\":\"\""), "token_undecryptable", "cty"},
        {HEADER(",\"cty\":\"dpop+jwt\""), "token_undecryptable", "cty"},
        {HEADER(",\"cty\":\"application/application/jwt\""), "token_undecryptable", "cty"},
        {HEADER(",\"cty\":null"), "header_malformed", "cty"},
        {HEADER(",\"cty\":1"), "header_malformed", "cty"},
        {HEADER(",\"kid\":1"), "header_malformed", "kid"},
        {HEADER(",\"kid\":null"), "header_malformed", "kid"},
        {HEADER(",\"kid\":\"x\""), "token_undecryptable", "no decryption key has this kid"},
        {HEADER(",\"kid\":\"\""), "token_undecryptable", "no decryption key has this kid"},
        {HEADER(",\"alg\":\"RSA-OAEP\""), "header_malformed", "JSON"},
        {"{\"alg\":\"RSA1_5\",\"enc\":\"A128GCM\"}", "token_undecryptable",
         "alg \"RSA1_5\" is not accepted"},
        {"{\"alg\":\"dir\",\"enc\":\"A128GCM\"}", "token_undecryptable", "dir"},
        {"{\"alg\":\"rsa-oaep\",\"enc\":\"A128GCM\"}", "token_undecryptable", "rsa-oaep"},
        {"{\"alg\":\"RSA-OAEP\",\"enc\":\"A128CBC\"}", "token_undecryptable", "enc"},
        {"{\"alg\":\"RSA-OAEP\",\"enc\":\"a128gcm\"}", "token_undecryptable", "enc"},
        {"{\"alg\":\"RSA-OAEP\",\"enc\":\"A128CBC-HS256\"}", "token_undecryptable", "length"},
        {"{\"alg\":\"RSA-OAEP\"}", "header_malformed", "enc"},
        {"{\"enc\":\"A128GCM\"}", "header_malformed", "alg"},
        {"{\"alg\":null,\"enc\":\"A128GCM\"}", "header_malformed", "alg"},
        {"[]", "header_malformed", "object"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        sealing what = {.key = recipient(),
                        .alg = "RSA-OAEP",
                        .enc = "A128GCM",
                        .header = rows[i][0],
                        .plain = PLAIN};

        asked = 0;
        expect_closed(sealing_pem(recipient()), seal(&what), rows[i][1], rows[i][2], rows[i][0]);
        check(asked == 0, "%s: a key was put to work", rows[i][0]);
    }
}

rule(a_kid_is_no_longer_than_that)
{
    for (size_t more = 0; more < 2; more++) {
        const char *kid = repeat("k", OKTA_KID_MAX_BYTES + more);
        sealing what = {.key = recipient(),
                        .alg = "RSA-OAEP",
                        .enc = "A128GCM",
                        .header = text(HEADER(",\"kid\":\"%s\""), kid),
                        .plain = PLAIN};

        expect_closed(sealing_pem(recipient()), seal(&what),
                      more ? "header_malformed" : "token_undecryptable",
                      more ? "or a long one" : "no decryption key has this kid", "a long kid");
        check(strlen(last.kid) == (more ? 0 : sizeof(last.kid) - 1), "%zu bytes of it",
              strlen(last.kid));
    }
}

rule(what_is_no_ones_business_is_not_looked_at)
{
    static const char *const rows[] = {
        HEADER(",\"typ\":\"anything\""),
        HEADER(",\"typ\":17"),
        HEADER(",\"cty\":\"jwt\""),
        HEADER(",\"cty\":\"JWT\""),
        HEADER(",\"cty\":\"application/JWT\""),
        HEADER(",\"cty\":\"at+jwt\""),
        HEADER(",\"cty\":\"application/AT+jwt\""),
        HEADER(",\"iss\":\"x\",\"p2c\":1,\"epk\":{},\"jku\":null"),
        "{\"enc\":\"A128GCM\",\n \"alg\":\"RSA-OAEP\"}",
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        sealing what = {.key = recipient(),
                        .alg = "RSA-OAEP",
                        .enc = "A128GCM",
                        .header = rows[i],
                        .plain = PLAIN};

        expect_opened(sealing_pem(recipient()), seal(&what), PLAIN, rows[i]);
    }
}

rule(the_shape_is_judged_before_any_key_works)
{
    const struct {
        size_t part;
        const char *is, *tag;
    } rows[] = {
        {0, "", "header_malformed"},
        {0, "e30", "header_malformed"},
        {0, "e3", "token_malformed"},
        {1, "", "token_undecryptable"},
        {1, "AA", "token_undecryptable"},
        {1, "A", "token_malformed"},
        {1, "AB", "token_malformed"},
        {1, "A=", "token_malformed"},
        {2, "", "token_undecryptable"},
        {2, "AAAAAAAAAAAAAAA", "token_undecryptable"},
        {2, "AAAAAAAAAAAAAAAAAAAA", "token_undecryptable"},
        {3, "", "token_undecryptable"},
        {3, "A+", "token_malformed"},
        {4, "", "token_undecryptable"},
        {4, "AAAAAAAAAAAAAAAAAAAA", "token_undecryptable"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        sealing what = {.key = recipient(),
                        .alg = "RSA-OAEP-512",
                        .enc = "A256GCM",
                        .plain = PLAIN,
                        .other_part = rows[i].is,
                        .other = rows[i].part};

        asked = 0;
        expect_closed(sealing_pem(recipient()), seal(&what), rows[i].tag, "",
                      text("part %zu is \"%s\"", rows[i].part, rows[i].is));
        check(asked == 0, "part %zu is \"%s\"", rows[i].part, rows[i].is);
    }
    for (size_t dots = 0; dots < 8; dots++)
        check(okta_jwe_is(repeat(".", dots), dots) == (dots == 4), "%zu dots", dots);
    expect_closed(sealing_pem(recipient()), "a.b.c", "token_malformed", "five parts", "three");
}

rule(a_number_that_is_not_below_the_modulus_is_not_worth_an_operation)
{
    sealing what = {.key = recipient(),
                    .alg = "RSA-OAEP",
                    .enc = "A128GCM",
                    .plain = PLAIN,
                    .other_part = repeat("_", 341),
                    .other = 1};

    what.other_part = text("%sw", what.other_part);
    asked = 0;
    expect_closed(sealing_pem(recipient()), seal(&what), "token_undecryptable", "256 bytes",
                  "all ones");
    check(asked == 0, "a key was put to work");
}

rule(without_keys_the_detail_says_so)
{
    const okta_opener none = {NULL, 0, may_work, NULL};
    okta_opened opened;

    check(okta_jwe_open(&none, "a.b.c.d.e", 9, NULL, &opened, &last) == OKTA_TOKEN_ENCRYPTED, "%s",
          last.detail);
    check(strstr(last.detail, "OktaDecryptionKey"), "%s", last.detail);
    check(!opened.token, "nothing was opened");
}

rule(who_may_not_work_is_told_to_come_again)
{
    sealing what = {.key = recipient(), .alg = "RSA-OAEP", .enc = "A128GCM", .plain = PLAIN};

    answer = false;
    expect_closed(sealing_pem(recipient()), seal(&what), "decryption_busy", "too many", "busy");
    answer = true;
    expect_opened(sealing_pem(recipient()), seal(&what), PLAIN, "again");
}

static char *set_of(const char *const *jwks, size_t count)
{
    char *keys = text("%s", "");

    for (size_t i = 0; i < count; i++)
        keys = text("%s%s%s", keys, i ? "," : "", jwks[i]);
    return text("{\"keys\":[%s]}", keys);
}

rule(a_kid_chooses_the_key_and_without_one_four_are_tried)
{
    EVP_PKEY *others[5];
    const char *jwks[6];
    okta_decryption_keys *keys;
    sealing what = {.alg = "RSA-OAEP-256", .enc = "A256GCM", .plain = PLAIN};

    for (size_t i = 0; i < 5; i++) {
        others[i] = mint_generate("RSA:2048");
        jwks[i] = sealing_jwk(others[i], text("\"kid\":\"k%zu\",", i));
    }
    keys = keys_of(set_of(jwks, 5));
    check(keys->count == 5, "%zu keys", keys->count);
    for (size_t i = 0; i < 5; i++) {
        bool closed = false;

        what.key = others[i];
        what.header = NULL;
        /* where the number is beyond the modulus of one of the others, that one is not tried */
        for (int tries = 0; !closed && tries < 60; tries++)
            closed = open_by(keys, seal(&what)) == NULL;
        check(closed == (i == 4), "no kid, key %zu", i);
        for (size_t k = 0; k < 5; k++) {
            what.header =
                text("{\"alg\":\"RSA-OAEP-256\",\"enc\":\"A256GCM\",\"kid\":\"k%zu\"}", k);
            check((open_by(keys, seal(&what)) != NULL) == (i == k), "kid %zu, key %zu", k, i);
            check(i != k || strcmp(seen, text("RSA-OAEP-256, A256GCM, key \"k%zu\"", k)) == 0,
                  "kid %zu: %s", k, seen);
        }
    }
    okta_decryption_keys_free(keys);
    /* those that cannot be meant do not count among the four: another algorithm, another size */
    for (size_t i = 0; i < 4; i++)
        jwks[i] = sealing_jwk(others[i], "\"alg\":\"RSA-OAEP\",");
    jwks[4] = sealing_jwk(mint_generate("RSA:3072"), "");
    jwks[5] = sealing_jwk(others[4], "\"alg\":\"RSA-OAEP-256\",");
    what.key = others[4];
    what.header = NULL;
    expect_opened(set_of(jwks, 6), seal(&what), PLAIN, "behind five that do not fit");
    jwks[5] = sealing_jwk(others[4], "\"alg\":\"RSA-OAEP-512\",");
    expect_closed(set_of(jwks, 6), seal(&what), "token_undecryptable", "RSA-OAEP-256",
                  "alg of the JWK");
}

rule(a_token_is_opened_and_then_judged_like_any)
{
    char *inner = token_of(payload(""));
    sealing what = {.key = recipient(), .alg = "RSA-OAEP-256", .enc = "A128GCM", .plain = inner};
    char *opened = open_with(sealing_pem(recipient()), seal(&what));

    need(opened, "%s", last.detail);
    expect_verdict(opened, "ok", "the token within");
    what.plain = seal(&what);
    opened = open_with(sealing_pem(recipient()), seal(&what));
    need(opened, "%s", last.detail);
    expect_verdict(opened, "token_encrypted", "a JWE in a JWE");
}
