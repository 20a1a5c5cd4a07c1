/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bearer.h"
#include "unit.h"

#include <string.h>

static const struct {
    const char *field;
    okta_reason reason;
    const char *token;
} rows[] = {
    /* one token68, scheme in any case, one blank or more */
    {"Bearer abc", OKTA_OK, "abc"},
    {"bearer abc", OKTA_OK, "abc"},
    {"BEARER abc", OKTA_OK, "abc"},
    {"bEaReR abc", OKTA_OK, "abc"},
    {"Bearer   abc", OKTA_OK, "abc"},
    {"Bearer a", OKTA_OK, "a"},
    {"Bearer AZaz09-._~+/", OKTA_OK, "AZaz09-._~+/"},
    {"Bearer abc=", OKTA_OK, "abc="},
    {"Bearer abc====", OKTA_OK, "abc===="},
    {"Bearer Bearer", OKTA_OK, "Bearer"},
    /* nothing, or nothing of ours */
    {NULL, OKTA_TOKEN_MISSING, NULL},
    {"", OKTA_TOKEN_MISSING, NULL},
    {"Basic dXNlcjpwYXNz", OKTA_TOKEN_MISSING, NULL},
    {"basic abc", OKTA_TOKEN_MISSING, NULL},
    {"DPoP abc", OKTA_TOKEN_MISSING, NULL},
    {"Digest username=\"a\", realm=\"b\"", OKTA_TOKEN_MISSING, NULL},
    {"Digest username=\"x, Bearer abc\", realm=\"b\"", OKTA_TOKEN_MISSING, NULL},
    {"Digest username=\"x\\\", Bearer abc\", realm=\"b\"", OKTA_TOKEN_MISSING, NULL},
    {"Digest username=\"x\\", OKTA_TOKEN_MISSING, NULL},
    {"Bearers abc", OKTA_TOKEN_MISSING, NULL},
    {"Bearer-Token abc", OKTA_TOKEN_MISSING, NULL},
    {"Beare abc", OKTA_TOKEN_MISSING, NULL},
    {"Negotiate abc,def", OKTA_TOKEN_MISSING, NULL},
    {"Basic abc, Bearers def", OKTA_TOKEN_MISSING, NULL},
    {"Basic abc,", OKTA_TOKEN_MISSING, NULL},
    /* the scheme with nothing behind it */
    {"Bearer", OKTA_REQUEST_MALFORMED, NULL},
    {"bearer", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer ", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer    ", OKTA_REQUEST_MALFORMED, NULL},
    /* tabs */
    {"Bearer\tabc", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer \tabc", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer abc\t", OKTA_REQUEST_MALFORMED, NULL},
    /* commas, two fields, two schemes */
    {"Bearer,abc", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer abc,def", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer abc,", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer ,abc", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer abc def", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer abc ", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer abc, Bearer def", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer abc,Bearer abc", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer abc, Basic def", OKTA_REQUEST_MALFORMED, NULL},
    {"Basic abc, Bearer def", OKTA_REQUEST_MALFORMED, NULL},
    {"Basic abc,bearer def", OKTA_REQUEST_MALFORMED, NULL},
    {"Basic abc,\t bearer", OKTA_REQUEST_MALFORMED, NULL},
    {"DPoP abc, Bearer def", OKTA_REQUEST_MALFORMED, NULL},
    {"Digest username=\"a\", Bearer abc", OKTA_REQUEST_MALFORMED, NULL},
    {"Basic a, Basic b, Bearer c", OKTA_REQUEST_MALFORMED, NULL},
    {", Bearer abc", OKTA_REQUEST_MALFORMED, NULL},
    /* what is no token68 */
    {"Bearer =", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer =abc", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer a=b", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer \"abc\"", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer abc\"", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer <abc>", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer {token}", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer token=abc", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer abc;x", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer abc%3D", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer ab\\c", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer abc\x01", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer abc\x7f", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer \xc3\xa9", OKTA_REQUEST_MALFORMED, NULL},
    {"Bearer abc\xff", OKTA_REQUEST_MALFORMED, NULL},
};

static okta_reason read_field(const char *field, const char **token, size_t *length)
{
    okta_reason reason = okta_bearer_find(field, false, NULL, token, length);

    return reason == OKTA_OK && !okta_bearer_is_token68(*token) ? OKTA_REQUEST_MALFORMED : reason;
}

rule(the_field_is_one_bearer_token_or_it_is_none)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *field = rows[i].field, *token = NULL;
        size_t length = 0;
        okta_reason reason =
            read_field(field ? exact(field, strlen(field) + 1) : NULL, &token, &length);

        check(reason == rows[i].reason, "row %zu, \"%s\": %s", i, field ? field : "(none)",
              okta_reason_tag(reason));
        if (reason == OKTA_OK && rows[i].token)
            check(length == strlen(rows[i].token) && memcmp(token, rows[i].token, length) == 0,
                  "row %zu", i);
    }
}

rule(the_scheme_dpop_is_ours_where_it_is_asked_for)
{
    static const struct {
        const char *field;
        okta_reason without, with;
        okta_scheme scheme;
    } fields[] = {
        {NULL, OKTA_TOKEN_MISSING, OKTA_TOKEN_MISSING, OKTA_SCHEME_NONE},
        {"Bearer abc", OKTA_OK, OKTA_OK, OKTA_SCHEME_BEARER},
        {"DPoP abc", OKTA_TOKEN_MISSING, OKTA_OK, OKTA_SCHEME_DPOP},
        {"dpop  abc", OKTA_TOKEN_MISSING, OKTA_OK, OKTA_SCHEME_DPOP},
        {"DPoP", OKTA_TOKEN_MISSING, OKTA_REQUEST_MALFORMED, OKTA_SCHEME_DPOP},
        {"DPoP ", OKTA_TOKEN_MISSING, OKTA_REQUEST_MALFORMED, OKTA_SCHEME_DPOP},
        {"DPoP\tabc", OKTA_TOKEN_MISSING, OKTA_REQUEST_MALFORMED, OKTA_SCHEME_DPOP},
        {"DPoPs abc", OKTA_TOKEN_MISSING, OKTA_TOKEN_MISSING, OKTA_SCHEME_NONE},
        {"Basic a, DPoP b", OKTA_TOKEN_MISSING, OKTA_REQUEST_MALFORMED, OKTA_SCHEME_NONE},
        {"Digest x=\"a, DPoP b\"", OKTA_TOKEN_MISSING, OKTA_TOKEN_MISSING, OKTA_SCHEME_NONE},
    };

    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        const char *field = fields[i].field, *token = NULL;
        okta_scheme scheme = OKTA_SCHEME_BEARER;
        size_t length = 0;

        check(okta_bearer_find(field, false, NULL, &token, &length) == fields[i].without,
              "\"%s\" without", field);
        check(okta_bearer_find(field, true, &scheme, &token, &length) == fields[i].with,
              "\"%s\" with", field);
        check(scheme == fields[i].scheme, "\"%s\": %d", field, (int)scheme);
        check(fields[i].with != OKTA_OK || (length == 3 && memcmp(token, "abc", 3) == 0), "\"%s\"",
              field);
    }
}

rule(every_byte_but_token68_is_refused)
{
    static const char token68[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=";

    for (int c = 1; c < 256; c++) {
        char field[] = "Bearer abcX";
        const char *token;
        size_t length;

        field[10] = (char)c;
        check((read_field(field, &token, &length) == OKTA_OK) == (strchr(token68, c) != NULL),
              "byte %d", c);
    }
}

rule(long_fields_are_read_to_their_end)
{
    char *huge = repeat("abcdefgh", 100000);
    const char *token;
    size_t length;

    check(read_field(text("Bearer %s", huge), &token, &length) == OKTA_OK && length == 800000,
          "%zu", length);
    check(read_field(text("Bearer %s,", huge), &token, &length) == OKTA_REQUEST_MALFORMED,
          "a comma at the end");
    check(read_field(text("Basic %s, Bearer x", huge), &token, &length) == OKTA_REQUEST_MALFORMED,
          "another scheme first");
    check(read_field(text("Digest %s", repeat("\",\\\"", 100000)), &token, &length) != OKTA_OK,
          "quotes");
}

rule(what_is_no_token_is_told_from_none_at_all)
{
    static const struct {
        const char *field;
        const char *names;
        const char *without_dpop;
    } fields[] = {{NULL, NULL, NULL},
                  {"Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln", NULL, NULL},
                  {"dpop eyJhbGciOiJSUzI1NiJ9.e30.c2ln", NULL, "another scheme"},
                  {"", NULL, NULL},
                  {"eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "one word", "one word"},
                  {"0paque", "one word", "one word"},
                  {"Token abc", "another scheme", "another scheme"},
                  {"Basic dXNlcjpwYXNz", "another scheme", "another scheme"},
                  {"JWT eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "another scheme", "another scheme"}};

    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        for (int with_dpop = 0; with_dpop < 2; with_dpop++) {
            const char *said = okta_bearer_absence(fields[i].field, with_dpop);
            const char *names = with_dpop ? fields[i].names : fields[i].without_dpop;

            check(!said == !names && (!said || strstr(said, names)), "row %zu: %s", i,
                  said ? said : "(nothing)");
            check(!said || !strstr(said, "e30"), "row %zu tells the token", i);
        }
    }
}
