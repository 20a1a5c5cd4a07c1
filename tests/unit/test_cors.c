/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cors.h"
#include "unit.h"

#include <string.h>

static okta_cors with_origins(const char *const *items, size_t count)
{
    return (okta_cors){.origins = {count, items}};
}

rule(origins_are_exact)
{
    static const char *const items[] = {"https://app.example.com", "http://localhost:8080"};
    static const struct {
        const char *origin;
        bool allowed;
    } rows[] = {
        {"https://app.example.com", true},
        {"http://localhost:8080", true},
        {"http://app.example.com", false},
        {"https://app.example.com:443", false},
        {"https://app.example.com/", false},
        {"https://app.example.com.evil.example", false},
        {"https://evil-app.example.com", false},
        {"https://xapp.example.com", false},
        {"https://APP.example.com", false},
        {"http://localhost", false},
        {"http://localhost:80801", false},
        {"null", false},
        {"", false},
        {"*", false},
    };
    okta_cors cors = with_origins(items, 2), none = with_origins(NULL, 0);

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        check(okta_cors_allows_origin(&cors, rows[i].origin) == rows[i].allowed, "\"%s\"",
              rows[i].origin);
        check(!okta_cors_allows_origin(&none, rows[i].origin), "\"%s\"", rows[i].origin);
    }
}

rule(a_wildcard_stands_for_one_label)
{
    static const char *const items[] = {"https://*.example.com", "http://*.dev.example.com:8080"};
    static const struct {
        const char *origin;
        bool allowed;
    } rows[] = {
        {"https://a.example.com", true},
        {"https://a-1.example.com", true},
        {"http://x.dev.example.com:8080", true},
        {"https://example.com", false},
        {"https://.example.com", false},
        {"https://a.b.example.com", false},
        {"http://a.example.com", false},
        /* as long as the pattern as far as the star's label, without its scheme */
        {"http://ab.example.com", false},
        {"httpx://a.example.com", false},
        {"ftps://a.example.com", false},
        {"https://a.example.com:8443", false},
        {"https://a.example.com.evil.example", false},
        {"https://a.example.comx", false},
        {"https://aexample.com", false},
        {"https://evil.example/.example.com", false},
        {"https://evil.example?.example.com", false},
        {"https://evil.example#.example.com", false},
        {"https://evil@a.example.com", false},
        {"https://A.example.com", false},
        {"https://a_b.example.com", false},
        {"https://*.example.com", true},
        {"https://a\\.example.com", false},
        {"http://x.dev.example.com", false},
        {"ws://a.example.com", false},
        {"null", false},
    };
    okta_cors cors = with_origins(items, 2);

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(okta_cors_allows_origin(&cors, rows[i].origin) == rows[i].allowed, "\"%s\"",
              rows[i].origin);
}

rule(a_star_lets_everybody_read)
{
    static const char *const items[] = {"https://a.example", "*"};
    okta_cors cors = with_origins(items, 2), some = with_origins(items, 1);

    check(okta_cors_allows_origin(&cors, "https://anybody.example"), "anybody");
    check(okta_cors_allows_origin(&cors, "null"), "null");
    check(okta_cors_is_open(&cors), "open");
    check(!okta_cors_is_open(&some), "not open");
    cors.credentials = true;
    check(!okta_cors_is_open(&cors), "never * with credentials");
    check(!okta_cors_allows_origin(&cors, "https://anybody.example"), "anybody, with credentials");
    check(okta_cors_allows_origin(&cors, "https://a.example"), "who is named, with credentials");
}

rule(methods_are_exact)
{
    static const char *const items[] = {"PUT", "DELETE"};
    static const struct {
        const char *method;
        bool allowed;
    } rows[] = {{"GET", true},    {"HEAD", true},   {"POST", true},        {"PUT", true},
                {"DELETE", true}, {"PATCH", false}, {"put", false},        {"get", false},
                {"", false},      {"PUTX", false},  {"PUT,DELETE", false}, {"*", false}};
    okta_cors cors = {.methods = {2, items}};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(okta_cors_allows_method(&cors, rows[i].method) == rows[i].allowed, "\"%s\"",
              rows[i].method);
}

rule(a_star_allows_any_method)
{
    static const char *const items[] = {"*"};
    okta_cors cors = {.methods = {1, items}};

    check(okta_cors_allows_method(&cors, "PATCH"), "PATCH");
    check(!okta_cors_allows_method(&cors, ""), "none");
}

rule(headers_compare_without_case_and_all_have_to_be_allowed)
{
    static const char *const items[] = {"X-Request-Id", "x-other"};
    static const struct {
        const char *names;
        bool allowed;
    } rows[] = {
        {NULL, true},
        {"", true},
        {" , ", true},
        {"authorization", true},
        {"Authorization,Content-Type", true},
        {"authorization, content-type,\tx-request-id", true},
        {"X-OTHER", true},
        {"x-request-id,x-unknown", false},
        {"x-unknown", false},
        {"x-othe", false},
        {"x-others", false},
        {"x-other;x-unknown", false},
        {"x-other x-unknown", false},
        {"authorization\"", false},
        {"*", false},
    };
    okta_cors cors = {.headers = {2, items}};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(okta_cors_allows_headers(&cors, rows[i].names) == rows[i].allowed, "\"%s\"",
              rows[i].names ? rows[i].names : "(none)");
}

rule(dpop_is_a_header_like_authorization_where_it_is_used)
{
    okta_cors with = {.dpop = true}, without = {.dpop = false};

    check(okta_cors_allows_headers(&with, "authorization,dpop"), "with");
    check(okta_cors_allows_headers(&with, "DPoP"), "with, in capitals");
    check(!okta_cors_allows_headers(&with, "dpops"), "another name");
    check(!okta_cors_allows_headers(&without, "authorization,dpop"), "without");
}

rule(a_star_allows_any_header)
{
    static const char *const items[] = {"*"};
    okta_cors cors = {.headers = {1, items}};

    check(okta_cors_allows_headers(&cors, "x-anything, authorization"), "any");
}

rule(configured_origins_are_judged)
{
    static const struct {
        const char *origin;
        const char *names; /* NULL: sound */
    } rows[] = {
        {"*", NULL},
        {"https://app.example.com", NULL},
        {"http://localhost:8080", NULL},
        {"https://*.example.com", NULL},
        {"https://*.example.com:8443", NULL},
        {"https://[::1]:8080", NULL},
        {"", "scheme and host"},
        {"capacitor://localhost", NULL},
        {"ionic://localhost", NULL},
        {"capacitor://localhost:8100", NULL},
        {"app://obsidian.md", NULL},
        {"com.example.app://localhost", NULL},
        {"chrome-extension://abcdefghijklmnopabcdefghijklmnop", NULL},
        {"safari-web-extension://E3449EA7-EC25-4696-8E6B-1A2B3C4D5E6F", NULL},
        {"http://[::1]:3000", NULL},
        {"capacitor://localhost:80", NULL},
        {"null", "anybody"},
        {"NULL", "anybody"},
        {"file://", "anybody"},
        {"file:///android_asset", "anybody"},
        {"app.example.com", "scheme and host"},
        {"ftp://app.example.com", "scheme and host"},
        {"wss://app.example.com", "scheme and host"},
        {"//app.example.com", "scheme and host"},
        {"1app://localhost", "scheme and host"},
        {"app:localhost", "scheme and host"},
        {"capacitor://", "scheme, host"},
        {"capacitor://local host", "scheme, host"},
        {"capacitor://user@localhost", "scheme, host"},
        {"capacitor://localhost/", "\"capacitor://localhost\""},
        {"Capacitor://localhost", "lower case"},
        {"HTTPS://app.example.com", "lower case"},
        {"chrome-extension://*", "star"},
        {"https://a.example.com,https://b.example.com", "comma"},
        {"https://a.example.com,", "comma"},
        {"https://{yourApp}", "placeholder"},
        {"https://app.example.com/", "\"https://app.example.com\""},
        {"https://app.example.com/app", "\"https://app.example.com\""},
        {"https://app.example.com?x", "\"https://app.example.com\""},
        {"https://App.example.com", "lower case"},
        {"https://appZ.example.com", "lower case"},
        {"https://az.example.com", NULL},
        {"https://*", "star"},
        {"https://*.com", "star"},
        {"https://a.*.example.com", "star"},
        {"https://*.*.example.com", "star"},
        {"https://a*.example.com", "star"},
        {"https://*example.com", "star"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_error error = {""};
        bool good = okta_cors_origin_check(rows[i].origin, &error);

        check(good == !rows[i].names, "\"%s\": %s", rows[i].origin, error.text);
        if (!good && rows[i].names)
            check(strstr(error.text, rows[i].names), "\"%s\": %s", rows[i].origin, error.text);
    }
}

rule(what_no_browser_sends_as_an_origin_is_refused)
{
    static const char *const rows[] = {"https://",
                                       "https://user@app.example.com",
                                       "https://app.example.com, https://b.example.com",
                                       "https://app example.com",
                                       "https://caf\xc3\xa9.example",
                                       "https://app.example.com:443",
                                       "http://app.example.com:80",
                                       "https://app.example.com:port",
                                       "https://*.example.com:443",
                                       "https://*.exa mple.com",
                                       "https://*..example.com",
                                       "https://*.example.com, https://b.example.com"};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_error error = {""};
        check(!okta_cors_origin_check(rows[i], &error), "\"%s\"", rows[i]);
    }
    check(
        !okta_cors_origin_check(text("https://*.%sexample.com, x", repeat("abcdefgh.", 40)), NULL),
        "rubbish behind a long domain");
}

rule(a_wildcard_has_255_characters_at_most)
{
    const char *domain = repeat("abcdefg.", 30);

    check(okta_cors_origin_check(text("https://*.%sab.de", domain), NULL), "255");
    check(!okta_cors_origin_check(text("https://*.%sabc.de", domain), NULL), "256");
}
