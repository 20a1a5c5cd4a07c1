/* SPDX-License-Identifier: Apache-2.0 */
#include "core/challenge.h"
#include "unit.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static char *challenge(const char *realm, okta_reason reason, const char *scope)
{
    okta_challenge what = {.realm = realm, .reason = reason, .scope = scope};
    char *buffer = keep(malloc(1024));
    size_t length = okta_challenge_text(&what, buffer, 1024);

    check(length == strlen(buffer), "%zu, %s", length, buffer);
    return buffer;
}

rule(the_scheme_is_dpop_where_algorithms_are_named)
{
    okta_challenge what = {.algs = "ES256 RS256", .realm = "api", .reason = OKTA_PROOF_REPLAYED};
    char made[512];

    okta_challenge_text(&what, made, sizeof(made));
    check(strcmp(made, "DPoP realm=\"api\", error=\"invalid_dpop_proof\", error_description=\"The "
                       "request lacks a valid DPoP proof\", algs=\"ES256 RS256\"") == 0,
          "%s", made);
    what.reason = OKTA_TOKEN_MISSING;
    okta_challenge_text(&what, made, sizeof(made));
    check(strcmp(made, "DPoP realm=\"api\", algs=\"ES256 RS256\"") == 0, "%s", made);
}

rule(parameters_appear_where_rfc_6750_wants_them)
{
    static const struct {
        okta_reason reason;
        const char *scope, *expected;
    } rows[] = {
        {OKTA_TOKEN_MISSING, NULL, "Bearer realm=\"api\""},
        {OKTA_TOKEN_MISSING, "a b", "Bearer realm=\"api\", scope=\"a b\""},
        {OKTA_TOKEN_EXPIRED, NULL,
         "Bearer realm=\"api\", error=\"invalid_token\", "
         "error_description=\"The access token expired\""},
        {OKTA_REQUEST_MALFORMED, NULL,
         "Bearer realm=\"api\", error=\"invalid_request\", error_description=\"The credentials "
         "are malformed, or the request has several tokens\""},
        {OKTA_INSUFFICIENT_SCOPE, "orders:read orders:write",
         "Bearer realm=\"api\", error=\"insufficient_scope\", error_description=\"The access token "
         "is not sufficient for this resource\", scope=\"orders:read orders:write\""},
        {OKTA_KEYS_UNAVAILABLE, NULL, "Bearer realm=\"api\""},
        {OKTA_UNSET, NULL, "Bearer realm=\"api\""},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *made = challenge("api", rows[i].reason, rows[i].scope);
        check(strcmp(made, rows[i].expected) == 0, "%s", made);
    }
}

rule(step_up_and_resource_metadata_are_named)
{
    okta_challenge what = {.realm = "api",
                           .reason = OKTA_STEP_UP_NEEDED,
                           .acr_values = "phr urn:okta:loa:2fa:any",
                           .max_age = "300",
                           .resource_metadata = "https://a.example/.well-known/x"};
    char buffer[512];

    check(okta_challenge_text(&what, buffer, sizeof(buffer)) == strlen(buffer), "%s", buffer);
    check(strstr(buffer, "error=\"insufficient_user_authentication\", error_description=\""), "%s",
          buffer);
    check(strstr(buffer, ", acr_values=\"phr urn:okta:loa:2fa:any\", max_age=\"300\", "
                         "resource_metadata=\"https://a.example/.well-known/x\""),
          "%s", buffer);
}

rule(no_value_breaks_out_of_its_quotes)
{
    char every[257];

    for (int i = 0; i < 256; i++)
        every[i] = (char)(i ? i : 1);
    every[256] = '\0';
    for (int place = 0; place < 5; place++) {
        okta_challenge what = {.realm = place == 0 ? every : "r",
                               .reason = OKTA_TOKEN_MISSING,
                               .scope = place == 1 ? every : NULL,
                               .acr_values = place == 2 ? every : NULL,
                               .max_age = place == 3 ? every : NULL,
                               .resource_metadata = place == 4 ? every : NULL};
        char made[1024];
        size_t quotes = 0;

        need(okta_challenge_text(&what, made, sizeof(made)) > 0, "place %d", place);
        for (char *p = made; *p; p++) {
            check(*p >= 0x20 && *p <= 0x7e && (place == 0 || *p != '\\'), "place %d: byte %d",
                  place, *p);
            if (*p == '\\')
                p++;
            else
                quotes += *p == '"';
        }
        check(quotes == (place ? 4u : 2u), "%zu quotes in %s", quotes, made);
    }
    check(!strpbrk(challenge("a\r\nSet-Cookie: x", OKTA_TOKEN_MISSING, NULL), "\r\n"), "CRLF");
}

rule(a_realm_is_what_the_administrator_wrote)
{
    static const struct {
        const char *realm, *sent;
    } rows[] = {
        {"the \"API\"", "realm=\"the \\\"API\\\"\""},
        {"a\", error=\"x", "realm=\"a\\\", error=\\\"x\""},
        {"DOMAIN\\users", "realm=\"DOMAIN\\\\users\""},
        {"ends in \\", "realm=\"ends in \\\\\""},
        {"", "realm=\"\""},
        {"B\xc3\xbcro", "realm=\"B?ro\""},
        {"\xe6\x9d\xb1\xe4\xba\xac", "realm=\"??\""},
        {"a\tb", "realm=\"a?b\""},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *made = challenge(rows[i].realm, OKTA_TOKEN_MISSING, NULL);

        check(strcmp(made + strlen("Bearer "), rows[i].sent) == 0, "%s", made);
    }
}

rule(what_does_not_fit_is_not_sent)
{
    okta_challenge what = {.realm = "api", .reason = OKTA_TOKEN_EXPIRED, .scope = "a"};
    size_t whole = strlen(challenge("api", OKTA_TOKEN_EXPIRED, "a"));

    for (size_t size = 0; size < whole + 5; size++) {
        char *buffer = keep(malloc(size ? size : 1));
        size_t length = okta_challenge_text(&what, buffer, size);

        check(length == (size > whole ? whole : 0), "%zu bytes: %zu", size, length);
    }
}

rule(a_body_is_json_for_every_reason)
{
    for (int i = 0; i < OKTA_REASON_COUNT; i++) {
        okta_reason reason = (okta_reason)i;
        char buffer[512];
        size_t length =
            okta_challenge_body(reason, okta_reason_description(reason), buffer, sizeof(buffer));
        json_t *body = json_loadb(buffer, length, JSON_REJECT_DUPLICATES, NULL);
        const char *error = json_string_value(json_object_get(body, "error"));

        need(body && error, "%s: %s", okta_reason_tag(reason), buffer);
        check(json_object_size(body) == 2, "%s", buffer);
        check(strcmp(json_string_value(json_object_get(body, "error_description")),
                     okta_reason_description(reason)) == 0,
              "%s", buffer);
        if (okta_reason_error(reason))
            check(strcmp(error, okta_reason_error(reason)) == 0, "%s", buffer);
        json_decref(body);
    }
}

rule(a_body_names_what_a_challenge_leaves_out)
{
    static const struct {
        okta_reason reason;
        const char *error;
    } rows[] = {{OKTA_TOKEN_MISSING, "unauthorized"},
                {OKTA_KEYS_UNAVAILABLE, "temporarily_unavailable"},
                {OKTA_MISCONFIGURED, "server_error"},
                {OKTA_UNSET, "server_error"}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char buffer[512];

        okta_challenge_body(rows[i].reason, okta_reason_description(rows[i].reason), buffer,
                            sizeof(buffer));
        check(strstr(buffer, rows[i].error), "%s", buffer);
    }
}

rule(a_body_that_does_not_fit_is_not_sent)
{
    char buffer[512];
    size_t whole = okta_challenge_body(
        OKTA_TOKEN_MISSING, okta_reason_description(OKTA_TOKEN_MISSING), buffer, sizeof(buffer));

    for (size_t size = 0; size < whole + 5; size++) {
        char *small = keep(malloc(size ? size : 1));
        check(okta_challenge_body(OKTA_TOKEN_MISSING, okta_reason_description(OKTA_TOKEN_MISSING),
                                  small, size) == (size > whole ? whole : 0),
              "%zu bytes", size);
    }
}

rule(a_body_may_say_more_than_the_reason)
{
    char buffer[512];
    json_t *body;

    okta_challenge_body(OKTA_TOKEN_MISSING, "write \"Bearer\" first", buffer, sizeof(buffer));
    body = json_loads(buffer, 0, NULL);
    need(body, "%s", buffer);
    check(strcmp(json_string_value(json_object_get(body, "error_description")),
                 "write \"Bearer\" first") == 0,
          "%s", buffer);
    json_decref(body);
}
