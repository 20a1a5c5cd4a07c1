/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cookie.h"
#include "unit.h"

#include <string.h>

rule(the_cookie_is_the_one_of_that_name)
{
    static const struct {
        const char *field;
        okta_reason reason;
        const char *value;
    } rows[] = {
        {NULL, OKTA_TOKEN_MISSING, NULL},
        {"", OKTA_TOKEN_MISSING, NULL},
        {"t=a.b.c", OKTA_OK, "a.b.c"},
        {"x=1; t=a.b.c", OKTA_OK, "a.b.c"},
        {"x=1;t=a.b.c;y=2", OKTA_OK, "a.b.c"},
        {" \t t \t= \ta.b.c \t; y", OKTA_OK, "a.b.c"},
        {"t=a=b==", OKTA_OK, "a=b=="},
        {"t=\"a.b.c\"", OKTA_OK, "\"a.b.c\""},
        {"t=a b", OKTA_OK, "a b"},
        {"x=\"1\"; t=a", OKTA_OK, "a"},
        {"x={\"a\":1,\"b\":2}; t=a", OKTA_OK, "a"},
        {"x=a, b; t=a", OKTA_OK, "a"},
        /* others */
        {"T=a", OKTA_TOKEN_MISSING, NULL},
        {"tt=a", OKTA_TOKEN_MISSING, NULL},
        {"xt=a", OKTA_TOKEN_MISSING, NULL},
        {"x.t=a", OKTA_TOKEN_MISSING, NULL},
        {"x=t=a", OKTA_TOKEN_MISSING, NULL},
        {"x t=a", OKTA_TOKEN_MISSING, NULL},
        {"=t=a", OKTA_TOKEN_MISSING, NULL},
        {"t", OKTA_TOKEN_MISSING, NULL},
        {"t;x=1", OKTA_TOKEN_MISSING, NULL},
        {"$t=a", OKTA_TOKEN_MISSING, NULL},
        {"%74=a", OKTA_TOKEN_MISSING, NULL},
        /* as it stands when somebody signed out */
        {"t=", OKTA_TOKEN_MISSING, NULL},
        {"t= ; x=1", OKTA_TOKEN_MISSING, NULL},
        /* who reads which? */
        {"t=a; t=a", OKTA_REQUEST_MALFORMED, NULL},
        {"t=a; t=b", OKTA_REQUEST_MALFORMED, NULL},
        {"t=; t=b", OKTA_REQUEST_MALFORMED, NULL},
        {"t=a; x=1; t=", OKTA_REQUEST_MALFORMED, NULL},
        {"t=a, t=b", OKTA_REQUEST_MALFORMED, NULL},
        {"x=1, t=b", OKTA_REQUEST_MALFORMED, NULL},
        {"x=1,t=b; t=a", OKTA_REQUEST_MALFORMED, NULL},
        {"x=\"; t=a; y=\"", OKTA_REQUEST_MALFORMED, NULL},
        {"x=\"1; t=a", OKTA_REQUEST_MALFORMED, NULL},
        {"$Version=1; t=a", OKTA_REQUEST_MALFORMED, NULL},
        {"t=a; $version=\"1\"", OKTA_REQUEST_MALFORMED, NULL},
        {"$Version=1; x=a", OKTA_TOKEN_MISSING, NULL},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *value = NULL;
        size_t length = 0;
        okta_reason reason = okta_cookie_find(rows[i].field, "t", &value, &length);

        check(reason == rows[i].reason, "%s: %s", rows[i].field, okta_reason_tag(reason));
        if (reason == OKTA_OK && rows[i].value)
            check(length == strlen(rows[i].value) && strncmp(value, rows[i].value, length) == 0,
                  "%s: %.*s", rows[i].field, (int)length, value);
    }
}

rule(what_is_left_are_the_others)
{
    static const struct {
        const char *field, *rest;
    } rows[] = {
        {"t=a", ""},
        {"t=a;", ""},
        {" t = a ; ", ""},
        {"t=a; x=1", "x=1"},
        {"x=1; t=a", "x=1"},
        {"x=1; t=a; y=2", "x=1; y=2"},
        {"t=a; x=1; t=b; y=2; t=", "x=1; y=2"},
        {"x=1, t=a", "x=1"},
        {"x=1, t=a; y=2", "x=1, y=2"},
        {"t=a, b; y=2", "y=2"},
        {"x=\"; t=a; y=\"", "x=\"; y=\""},
    };
    static const char *const whole[] = {"", "x=1", "x=1; ", "T=a", "x=t=a", "tt=1; t", "a=1, b=2"};
    char rest[64];

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        check(okta_cookie_without(rows[i].field, "t", rest), "%s", rows[i].field);
        check(strcmp(rest, rows[i].rest) == 0, "\"%s\": \"%s\"", rows[i].field, rest);
    }
    for (size_t i = 0; i < COUNT_OF(whole); i++) {
        check(!okta_cookie_without(whole[i], "t", rest), "%s", whole[i]);
        check(strcmp(rest, whole[i]) == 0, "\"%s\": \"%s\"", whole[i], rest);
    }
}
