/* SPDX-License-Identifier: Apache-2.0 */
#include "core/jws.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

static okta_reason split(okta_jws *jws, const char *token, size_t length, okta_result *result)
{
    okta_result_init(result);
    return okta_jws_split(jws, exact(token, length), length, result);
}

rule(splits_into_three_decoded_parts)
{
    static const char token[] = "eyJhIjoxfQ.cGF5bG9hZA.c2ln";
    okta_result result;
    okta_jws jws;

    check(split(&jws, token, strlen(token), &result) == OKTA_OK, "%s", result.detail);
    check(jws.header_length == 7 && memcmp(jws.header_text, "{\"a\":1}", 7) == 0, "header");
    check(jws.payload_length == 7 && memcmp(jws.payload, "payload", 7) == 0, "payload");
    check(jws.signature_length == 3 && memcmp(jws.signature, "sig", 3) == 0, "signature");
    check(jws.signing_length == strlen("eyJhIjoxfQ.cGF5bG9hZA"), "%zu", jws.signing_length);
    okta_jws_clear(&jws);
    okta_jws_clear(&jws);
}

rule(refuses_other_shapes)
{
    static const struct {
        const char *token;
        okta_reason reason;
    } rows[] = {
        {"", OKTA_TOKEN_MALFORMED},
        {".", OKTA_TOKEN_MALFORMED},
        {"opaque", OKTA_TOKEN_MALFORMED},
        {"e30.e30", OKTA_TOKEN_MALFORMED},
        {"e30.e30.AA.AA", OKTA_TOKEN_MALFORMED},
        {"e30.e30.AA.", OKTA_TOKEN_MALFORMED},
        {".e30.e30.AA", OKTA_TOKEN_MALFORMED},
        {"e30.AA.AA.AA.AA", OKTA_TOKEN_ENCRYPTED},
        {"....", OKTA_TOKEN_ENCRYPTED},
        {".....", OKTA_TOKEN_MALFORMED},
        {"e30.AA.AA.AA.AA.AA", OKTA_TOKEN_MALFORMED},
        {"e30.e30.", OKTA_TOKEN_MALFORMED},
        {"..", OKTA_TOKEN_MALFORMED},
        {"e3!.e30.AA", OKTA_TOKEN_MALFORMED},
        {"e30.e3!.AA", OKTA_TOKEN_MALFORMED},
        {"e30.e30.A!", OKTA_TOKEN_MALFORMED},
        {"e30=.e30.AA", OKTA_TOKEN_MALFORMED},
        {"e30.e30=.AA", OKTA_TOKEN_MALFORMED},
        {"e30.e30.AA==", OKTA_TOKEN_MALFORMED},
        {" e30.e30.AA", OKTA_TOKEN_MALFORMED},
        {"e30.e30.AA\n", OKTA_TOKEN_MALFORMED},
        {"e30. e30.AA", OKTA_TOKEN_MALFORMED},
        {"e31.e30.AA", OKTA_TOKEN_MALFORMED},
        {"e30.e31.AA", OKTA_TOKEN_MALFORMED},
        {"e30.e30.AB", OKTA_TOKEN_MALFORMED},
        {"e.e30.AA", OKTA_TOKEN_MALFORMED},
        {"e30.e30.A", OKTA_TOKEN_MALFORMED},
        {"e30,e30,AA", OKTA_TOKEN_MALFORMED},
        {"e30.e30.AA", OKTA_OK},
        {"e30..AA", OKTA_OK},
        {".e30.AA", OKTA_OK},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_result result;
        okta_jws jws;
        okta_reason reason = split(&jws, rows[i].token, strlen(rows[i].token), &result);

        check(reason == rows[i].reason, "\"%s\": %s", rows[i].token, okta_reason_tag(reason));
        check(reason == OKTA_OK || (result.reason == reason && result.detail[0]), "\"%s\"",
              rows[i].token);
        okta_jws_clear(&jws);
    }
}

rule(survives_dots_by_the_thousand)
{
    char *dots = repeat(".", 100000);
    okta_result result;
    okta_jws jws;

    check(split(&jws, dots, 100000, &result) == OKTA_TOKEN_MALFORMED, "dots");
    okta_jws_clear(&jws);
    check(split(&jws, "e30.\0.AA", 8, &result) == OKTA_TOKEN_MALFORMED, "a NUL");
    okta_jws_clear(&jws);
}

static okta_reason read_header(okta_jws *jws, const char *jose, okta_result *result)
{
    char *token = text("%s.e30.AA", mint_encode(jose, strlen(jose)));
    okta_reason reason;

    okta_result_init(result);
    reason = okta_jws_split(jws, token, strlen(token), result);
    return reason == OKTA_OK ? okta_jws_read_header(jws, result) : reason;
}

static void expect_header(const char *jose, okta_reason expected)
{
    okta_result result;
    okta_jws jws;
    okta_reason reason = read_header(&jws, jose, &result);

    check(reason == expected, "%s: %s (%s)", jose, okta_reason_tag(reason), result.detail);
    check(reason == OKTA_OK || (result.reason == reason && result.detail[0]), "%s", jose);
    okta_jws_clear(&jws);
}

rule(a_header_is_a_strict_json_object)
{
    static const char *const rows[] = {
        "",
        "x",
        "[]",
        "\"RS256\"",
        "{}",
        "{\"alg\":null}",
        "{\"alg\":1}",
        "{\"alg\":[\"RS256\"]}",
        "{\"alg\":\"RS256\",\"alg\":\"RS256\"}",
        "{\"alg\":\"RS256\",\"alg\":\"none\"}",
        "{\"alg\":\"RS256\",\"kid\":\"a\",\"kid\":\"b\"}",
        "{\"alg\":\"RS256\",\"x\":{\"y\":1,\"y\":1}}",
        "{\"alg\":\"RS256\",\"\\u0061lg\":\"none\"}",
        "{\"alg\":\"RS256\\u0000\"}",
        "{\"alg\":\"RS256\"} ",
        "{\"alg\":\"RS256\"}{}",
        "{\"alg\":\"RS256\",}",
        "{\"alg\":\"RS256\",\"kid\":1}",
        "{\"alg\":\"RS256\",\"kid\":null}",
        "{\"alg\":\"RS256\",\"kid\":[\"a\"]}",
        "{\"alg\":\"RS256\",\"kid\":\"a\\u0000b\"}",
        "{\"alg\":\"RS256\",\"kid\":\"\xff\"}",
        "{\"alg\":\"RS256\",\"typ\":1}",
        "{\"alg\":\"RS256\",\"typ\":null}",
        "{\"alg\":\"RS256\",\"typ\":[\"JWT\"]}",
        "\xef\xbb\xbf{\"alg\":\"RS256\"}",
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_header(rows[i], strcmp(rows[i], "{\"alg\":\"RS256\"} ") == 0
                                   ? OKTA_OK
                                   : OKTA_HEADER_MALFORMED);
    expect_header(text("{\"alg\":\"RS256\",\"x\":%s1%s}", repeat("[", 40), repeat("]", 40)),
                  OKTA_HEADER_MALFORMED);
}

rule(extensions_are_refused_whatever_their_value)
{
    static const char *const rows[] = {"\"crit\":[\"b64\"],\"b64\":false",
                                       "\"crit\":[]",
                                       "\"crit\":null",
                                       "\"crit\":false",
                                       "\"crit\":[\"alg\"]",
                                       "\"crit\":[\"exp\"],\"exp\":1",
                                       "\"b64\":false",
                                       "\"b64\":true",
                                       "\"b64\":null"};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_header(text("{\"alg\":\"RS256\",%s}", rows[i]), OKTA_HEADER_CRITICAL);
}

rule(encryption_compression_and_nesting_are_refused)
{
    static const char *const rows[] = {
        "\"enc\":\"A128GCM\"", "\"enc\":null",    "\"zip\":\"DEF\"",
        "\"zip\":null",        "\"cty\":\"JWT\"", "\"cty\":\"jwt\"",
        "\"cty\":1",           "\"cty\":null",    "\"cty\":[\"JWT\"]",
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_header(text("{\"alg\":\"RS256\",%s}", rows[i]), OKTA_TOKEN_ENCRYPTED);
    expect_header("{\"alg\":\"RS256\",\"cty\":\"json\"}", OKTA_OK);
}

/* RFC 7515 section 4.1.10: "application/" may be left out, so both are the same. */
rule(cty_is_a_media_type)
{
    expect_header("{\"alg\":\"RS256\",\"cty\":\"application/jwt\"}", OKTA_TOKEN_ENCRYPTED);
    expect_header("{\"alg\":\"RS256\",\"cty\":\"application/JWT\"}", OKTA_TOKEN_ENCRYPTED);
}

rule(typ_is_classified_without_case)
{
    static const struct {
        const char *typ;
        okta_type type;
    } rows[] = {
        {"JWT", OKTA_TYPE_JWT},
        {"jwt", OKTA_TYPE_JWT},
        {"Jwt", OKTA_TYPE_JWT},
        {"at+jwt", OKTA_TYPE_AT_JWT},
        {"AT+JWT", OKTA_TYPE_AT_JWT},
        {"application/at+jwt", OKTA_TYPE_AT_JWT},
        {"Application/At+Jwt", OKTA_TYPE_AT_JWT},
        {"okta-internal-at+jwt", OKTA_TYPE_ORG_SERVER},
        {"application/okta-internal-at+jwt", OKTA_TYPE_ORG_SERVER},
        {"APPLICATION/OKTA-INTERNAL-AT+JWT", OKTA_TYPE_ORG_SERVER},
        {"", OKTA_TYPE_OTHER},
        {"application/", OKTA_TYPE_OTHER},
        {"application/JWT", OKTA_TYPE_OTHER},
        {"applicationXat+jwt", OKTA_TYPE_OTHER},
        {"Xpplication/at+jwt", OKTA_TYPE_OTHER},
        {"application/application/at+jwt", OKTA_TYPE_OTHER},
        {"at+jwt ", OKTA_TYPE_OTHER},
        {" at+jwt", OKTA_TYPE_OTHER},
        {"at+jwt;v=1", OKTA_TYPE_OTHER},
        {"at-jwt", OKTA_TYPE_OTHER},
        {"dpop+jwt", OKTA_TYPE_DPOP},
        {"application/DPoP+JWT", OKTA_TYPE_DPOP},
        {"dpop", OKTA_TYPE_OTHER},
        {"dpop+jwt ", OKTA_TYPE_OTHER},
        {"logout+jwt", OKTA_TYPE_OTHER},
        {"secevent+jwt", OKTA_TYPE_OTHER},
        {"token-introspection+jwt", OKTA_TYPE_OTHER},
        {"oauth-id-jag+jwt", OKTA_TYPE_OTHER},
        {"JWE", OKTA_TYPE_OTHER},
        {"JOSE", OKTA_TYPE_OTHER},
        {"JWTs", OKTA_TYPE_OTHER},
        {"JW", OKTA_TYPE_OTHER},
        {"id_token", OKTA_TYPE_OTHER},
    };
    okta_result result;
    okta_jws jws;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_reason reason =
            read_header(&jws, text("{\"alg\":\"RS256\",\"typ\":\"%s\"}", rows[i].typ), &result);
        check(reason == OKTA_OK && jws.type == rows[i].type, "\"%s\": type %d", rows[i].typ,
              (int)jws.type);
        okta_jws_clear(&jws);
    }
    check(read_header(&jws, "{\"alg\":\"RS256\"}", &result) == OKTA_OK &&
              jws.type == OKTA_TYPE_ABSENT,
          "absent");
    okta_jws_clear(&jws);
}

rule(alg_and_kid_are_read_and_not_judged)
{
    okta_result result;
    okta_jws jws;

    check(read_header(&jws, "{\"alg\":\"ES384\",\"kid\":\"a\\\"\\u0007b\"}", &result) == OKTA_OK,
          "%s", result.detail);
    check(jws.algorithm && jws.algorithm->id == OKTA_ES384, "alg");
    check(jws.kid && jws.kid_length == 4 && memcmp(jws.kid, "a\"\ab", 4) == 0, "kid");
    check(strcmp(result.kid, "a??b") == 0, "the kid for the log is \"%s\"", result.kid);
    okta_jws_clear(&jws);
    check(read_header(&jws, "{\"alg\":\"none\"}", &result) == OKTA_OK, "none");
    check(!jws.algorithm && !jws.kid, "none");
    okta_jws_clear(&jws);
    check(read_header(&jws, "{\"alg\":\"RS256\",\"kid\":\"\"}", &result) == OKTA_OK, "empty kid");
    check(jws.kid && jws.kid_length == 0, "an empty kid is not an absent one");
    okta_jws_clear(&jws);
}

rule(caps_the_kid)
{
    expect_header(text("{\"alg\":\"RS256\",\"kid\":\"%s\"}", repeat("k", 512)), OKTA_OK);
    expect_header(text("{\"alg\":\"RS256\",\"kid\":\"%s\"}", repeat("k", 513)),
                  OKTA_HEADER_MALFORMED);
    expect_header(text("{\"alg\":\"RS256\",\"kid\":\"%s\"}", repeat("k", 10240)),
                  OKTA_HEADER_MALFORMED);
}
