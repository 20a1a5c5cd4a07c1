/* SPDX-License-Identifier: Apache-2.0 */
#include "core/subprotocols.h"
#include "unit.h"

#include <string.h>

rule(the_token_stands_behind_its_name)
{
    static const struct {
        const char *field;
        okta_reason reason;
        const char *token, *rest;
    } rows[] = {
        {"okta.bearer, a.b.c", OKTA_OK, "a.b.c", ""},
        {"okta.bearer,a.b.c", OKTA_OK, "a.b.c", ""},
        {" okta.bearer \t,\t a.b.c ", OKTA_OK, "a.b.c", ""},
        {"chat, okta.bearer, a.b.c", OKTA_OK, "a.b.c", "chat"},
        {"okta.bearer, a.b.c, chat", OKTA_OK, "a.b.c", "chat"},
        {"v1,okta.bearer,a.b.c,v2 , v3", OKTA_OK, "a.b.c", "v1, v2, v3"},
        {"Okta.Bearer, a.b.c", OKTA_OK, "a.b.c", ""},
        {",,okta.bearer,,a.b.c,,", OKTA_OK, "a.b.c", ""},
        {"okta.bearer, chat", OKTA_OK, "chat", ""},
        {"", OKTA_TOKEN_MISSING, NULL, NULL},
        {"chat, a.b.c", OKTA_TOKEN_MISSING, NULL, NULL},
        {"okta.bearer2, a.b.c", OKTA_TOKEN_MISSING, NULL, NULL},
        {"xokta.bearer, a.b.c", OKTA_TOKEN_MISSING, NULL, NULL},
        {"okta.bearer a.b.c", OKTA_TOKEN_MISSING, NULL, NULL},
        {"okta.bearer", OKTA_REQUEST_MALFORMED, NULL, ""},
        {"okta.bearer, ", OKTA_REQUEST_MALFORMED, NULL, ""},
        {"a.b.c, okta.bearer", OKTA_REQUEST_MALFORMED, NULL, ""},
        {"okta.bearer, okta.bearer", OKTA_REQUEST_MALFORMED, NULL, ""},
        {"okta.bearer, a.b.c, okta.bearer, d.e.f", OKTA_REQUEST_MALFORMED, NULL, ""},
        {"okta.bearer, a.b.c, chat, okta.bearer", OKTA_REQUEST_MALFORMED, NULL, ""},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char rest[128] = "?";
        const char *token = NULL;
        size_t length = 0;
        okta_reason reason = okta_subprotocols_take(rows[i].field, &token, &length, rest);

        check(reason == rows[i].reason, "%s: %s", rows[i].field, okta_reason_tag(reason));
        check(strcmp(rest, rows[i].rest ? rows[i].rest : "?") == 0, "%s: %s", rows[i].field, rest);
        if (reason == OKTA_OK && rows[i].token)
            check(length == strlen(rows[i].token) && strncmp(token, rows[i].token, length) == 0,
                  "%s: %.*s", rows[i].field, (int)length, token);
    }
}

rule(the_rest_has_room)
{
    char rest[2 * sizeof("a,b,c,d,okta.bearer,x")];
    const char *token;
    size_t length;

    check(okta_subprotocols_take("a,b,c,d,okta.bearer,x", &token, &length, rest) == OKTA_OK, "ok");
    check(strcmp(rest, "a, b, c, d") == 0, "%s", rest);
}
