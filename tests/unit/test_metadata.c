/* SPDX-License-Identifier: Apache-2.0 */
#include "core/metadata.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define ISSUER "https://a.okta.com/oauth2/default"
#define KEYS "\"jwks_uri\":\"https://a.okta.com/oauth2/default/v1/keys\""

static okta_metadata found;
static okta_error cause;

static void release(void)
{
    okta_metadata_clear(&found);
}

static bool parses(const char *document, bool insecure)
{
    cause.text[0] = '\0';
    bool good = okta_metadata_parse(&found, exact(document, strlen(document)), strlen(document),
                                    ISSUER, insecure, &cause);

    check(good || cause.text[0], "refused without a cause: %s", document);
    check(good == (found.jwks_uri != NULL), "%s", document);
    return good;
}

rule(takes_what_it_uses)
{
    check(parses("{\"issuer\":\"" ISSUER "\"," KEYS ",\"token_endpoint\":\"https://a.okta.com/t\","
                 "\"introspection_endpoint\":\"https://a.okta.com/i\",\"other\":[1,{}]}",
                 false),
          "%s", cause.text);
    check(strcmp(found.jwks_uri, "https://a.okta.com/oauth2/default/v1/keys") == 0, "%s",
          found.jwks_uri);
    check(found.token_endpoint && strcmp(found.token_endpoint, "https://a.okta.com/t") == 0,
          "token_endpoint");
    check(found.introspection_endpoint &&
              strcmp(found.introspection_endpoint, "https://a.okta.com/i") == 0,
          "introspection_endpoint");
    release();
}

rule(the_issuer_is_exact)
{
    static const char *const rows[] = {
        "\"" ISSUER "/\"",
        "\"https://a.okta.com/oauth2/defaul\"",
        "\"https://A.okta.com/oauth2/default\"",
        "\"http://a.okta.com/oauth2/default\"",
        "\" " ISSUER "\"",
        "\"https://evil.example/\\\"\\r\\n\"",
        "\"\"",
        "null",
        "1",
        "[\"" ISSUER "\"]",
        "{}",
        "\"" ISSUER "\\u0000\"",
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        check(!parses(text("{\"issuer\":%s," KEYS "}", rows[i]), false), "%s", rows[i]);
        check(!strpbrk(cause.text, "\r\n"), "%s", cause.text);
    }
    check(!parses("{" KEYS "}", false), "absent");
    check(!parses("{\"issuer\":\"" ISSUER "\",\"issuer\":\"" ISSUER "\"," KEYS "}", false),
          "twice");
    check(!parses("{\"issuer\":\"https://b.example/x\"," KEYS "}", false), "another");
    check(strstr(cause.text, "https://b.example/x") && strstr(cause.text, ISSUER), "%s",
          cause.text);
}

rule(where_the_issuer_lacks_a_slash_the_cause_says_so)
{
    static const struct {
        const char *issuer;
        bool slash;
    } rows[] = {
        {ISSUER "/", true},
        {ISSUER "//", false},
        {ISSUER "x", false},
        {ISSUER "/x", false},
        {"https://a.okta.com/oauth2/defaul", false},
        {"https://b.okta.com/oauth2/default/", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        check(!parses(text("{\"issuer\":\"%s\"," KEYS "}", rows[i].issuer), false), "%s",
              rows[i].issuer);
        check((strstr(cause.text, "(a slash at the end)") != NULL) == rows[i].slash, "%s",
              cause.text);
    }
}

rule(the_jwks_uri_can_be_fetched_from)
{
    static const struct {
        const char *uri;
        bool insecure, good;
    } rows[] = {
        {"\"https://keys.example/x?y=z\"", false, true},
        {"\"http://127.0.0.1:1/keys\"", true, true},
        {"\"http://127.0.0.1:1/keys\"", false, false},
        {"\"http://a.okta.com/keys\"", true, false},
        {"\"file:///etc/passwd\"", true, false},
        {"\"\"", false, false},
        {"null", false, false},
        {"1", false, false},
        {"[\"https://a.okta.com/keys\"]", false, false},
        {"\"https://u:p@a.okta.com/keys\"", false, false},
        {"\"https://a.okta.com/keys#x\"", false, false},
        {"\"https://a.okta.com/ke ys\"", false, false},
        {"\"https://a.okta.com/keys\\u0000\"", false, false},
        {"\"https://a.okta.com/keys\\r\\nHost: evil\"", false, false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        check(parses(text("{\"issuer\":\"" ISSUER "\",\"jwks_uri\":%s}", rows[i].uri),
                     rows[i].insecure) == rows[i].good,
              "%s: %s", rows[i].uri, cause.text);
        check(!strpbrk(cause.text, "\r\n"), "%s", cause.text);
        release();
    }
    check(!parses("{\"issuer\":\"" ISSUER "\"}", false), "absent");
}

rule(a_byte_order_mark_in_front_is_skipped)
{
    check(parses("\xef\xbb\xbf{\"issuer\":\"" ISSUER "\"," KEYS "}", false), "one: %s", cause.text);
    release();
    check(!parses("\xef\xbb\xbf\xef\xbb\xbf{\"issuer\":\"" ISSUER "\"," KEYS "}", false), "two");
}

rule(members_that_are_null_are_absent)
{
    check(!parses("{\"issuer\":null," KEYS "}", false) && strstr(cause.text, "no \"issuer\""), "%s",
          cause.text);
    check(!parses("{\"issuer\":\"" ISSUER "\",\"jwks_uri\":null}", false) &&
              strstr(cause.text, "no \"jwks_uri\""),
          "%s", cause.text);
    check(parses("{\"issuer\":\"" ISSUER "\"," KEYS ",\"introspection_endpoint\":null,"
                 "\"scopes_supported\":null}",
                 false),
          "%s", cause.text);
    release();
}

rule(a_bad_endpoint_is_left_out)
{
    static const char *const rows[] = {"\"http://a.okta.com/t\"", "1", "null", "\"\"", "[]"};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        check(parses(text("{\"issuer\":\"" ISSUER "\"," KEYS ",\"token_endpoint\":%s,"
                          "\"introspection_endpoint\":%s}",
                          rows[i], rows[i]),
                     false),
              "%s: %s", rows[i], cause.text);
        check(!found.token_endpoint && !found.introspection_endpoint, "%s", rows[i]);
        release();
    }
}

rule(takes_nothing_but_strict_json)
{
    static const char *const rows[] = {"",       "[]", "null",
                                       "<html>", "{",  "{\"issuer\":\"" ISSUER "\"," KEYS "} x"};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(!parses(rows[i], false), "%s", rows[i]);
    check(!okta_metadata_parse(&found, "{}", 2, ISSUER, false, NULL), "no cause wanted");
}
