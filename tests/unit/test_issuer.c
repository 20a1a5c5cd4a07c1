/* SPDX-License-Identifier: Apache-2.0 */
#include "core/issuer.h"
#include "unit.h"

#include <string.h>

static bool sound_message(bool good, const okta_error *error, const char *value)
{
    check(good || error->text[0], "\"%s\" refused without a sentence", value);
    return good;
}

static bool domain(const char *value, okta_error *error)
{
    error->text[0] = '\0';
    return sound_message(okta_domain_check(exact(value, strlen(value) + 1), error), error, value);
}

static bool server_id(const char *value, okta_error *error)
{
    error->text[0] = '\0';
    return sound_message(okta_server_id_check(exact(value, strlen(value) + 1), error), error,
                         value);
}

static bool issuer(const char *value, bool insecure, okta_error *error)
{
    error->text[0] = '\0';
    return sound_message(okta_issuer_check(exact(value, strlen(value) + 1), insecure, error), error,
                         value);
}

static bool url(const char *value, bool insecure, okta_error *error)
{
    error->text[0] = '\0';
    return sound_message(okta_url_check(exact(value, strlen(value) + 1), insecure, error), error,
                         value);
}

static const struct {
    const char *value;
    const char *names; /* NULL: sound; else a word of the remedy */
} domains[] = {
    {"integrator-123456.okta.com", NULL},
    {"a.okta.com", NULL},
    {"login.example.com", NULL},
    {"INTEGRATOR-1.OKTA.COM", "\"integrator-1.okta.com\""},
    {"Login.example.com", "\"login.example.com\""},
    {"a.oktapreview.com", NULL},
    {"a.okta-emea.com", NULL},
    {"a.okta-gov.com", NULL},
    {"adminx.okta.com", NULL},
    {"x-admin.example.com", NULL},
    {"", "empty"},
    {"integrator", "full host name"},
    {".okta.com", "full host name"},
    {"integrator-123456-admin.okta.com", "\"integrator-123456.okta.com\""},
    {"A-ADMIN.OKTA.COM", "-admin"},
    {"a-admin.oktapreview.com", "\"a.oktapreview.com\""},
    {"a-admin.okta-emea.com", "-admin"},
    {"a-admin.okta-gov.com", "-admin"},
    {"a-admin.okta.mil", "-admin"},
    {"a.okta.com.com", "once"},
    {"a.OKTA.COM.COM", "once"},
    {"https://a.okta.com", "host name alone: \"a.okta.com\""},
    {"https://a.okta.com/oauth2/default", "host name alone: \"a.okta.com\""},
    {"http://a.okta.com", "host name alone"},
    {"a.okta.com/", "host name alone"},
    {"a.okta.com/oauth2", "host name alone"},
    {"{yourOktaDomain}", "placeholder"},
    {"${yourOktaDomain}", "placeholder"},
    {"<your-domain>", "placeholder"},
    {"https://{yourOktaDomain}/oauth2/default", "placeholder"},
    {"yourOktaDomain.okta.com", "placeholder"},
    {"YOUROKTADOMAIN", "placeholder"},
    {"a.okta.com:443", "':'"},
    {"a.okta.com:443", "\"a.okta.com\""},
    {"a.okta.com:8443", "':'"},
    {"a.okta.com,b.okta.com", "','"},
    {"your-okta-domain.okta.com", "placeholder"},
    {"Your_Okta_Domain.oktapreview.com", "placeholder"},
    {"your-org.okta.com", "placeholder"},
    {"yourdomain.okta.com", "placeholder"},
    {"yours-truly.okta.com", NULL},
    {"your.okta.com", NULL},
    {"a b.okta.com", "' '"},
    {"a_b.okta.com", "'_'"},
    {"user@a.okta.com", "'@'"},
    {"a.okta.com?x", "'?'"},
    {"a.okta.com\n", "host name"},
    {"caf\xc3\xa9.okta.com", "host name"},
};

rule(a_domain_is_a_host_name_of_an_organization)
{
    for (size_t i = 0; i < COUNT_OF(domains); i++) {
        okta_error error;
        bool good = domain(domains[i].value, &error);

        check(good == !domains[i].names, "\"%s\": %s", domains[i].value, error.text);
        if (!good && domains[i].names)
            check(strstr(error.text, domains[i].names), "\"%s\": %s", domains[i].value, error.text);
    }
}

rule(a_domain_is_made_of_whole_labels)
{
    static const char *const rows[] = {"a..okta.com", "a.okta.com.", "a-admin.okta.com.",
                                       "-a.okta.com", "a-.okta.com", "..",
                                       "a."};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_error error;
        check(!domain(rows[i], &error), "\"%s\"", rows[i]);
    }
}

rule(a_server_id_is_one_word)
{
    static const struct {
        const char *value;
        const char *names;
    } rows[] = {{"default", NULL},
                {"aus1abcDEF234", NULL},
                {"a-b_c.d", NULL},
                {"", "empty"},
                {"{id}", "placeholder"},
                {"my server", "' '"},
                {"/oauth2/default", "'/'"},
                {"https://a", "':'"},
                {"aus1?", "'?'"},
                {"a%2fb", "'%'"},
                {"${authServerId}", "placeholder"}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_error error;
        bool good = server_id(rows[i].value, &error);

        check(good == !rows[i].names, "\"%s\": %s", rows[i].value, error.text);
        if (!good && rows[i].names)
            check(strstr(error.text, rows[i].names), "\"%s\": %s", rows[i].value, error.text);
    }
}

static const struct {
    const char *value;
    bool insecure;
    const char *names;
} issuers[] = {
    {"https://a.okta.com/oauth2/default", false, NULL},
    {"https://a.okta.com/oauth2/aus1", true, NULL},
    {"https://login.example.com/oauth2/default", false, NULL},
    {"https://login.example.com", false, NULL},
    {"https://login.example.com:8443/x", false, NULL},
    {"https://[2001:db8::1]/x", false, NULL},
    {"https://[2001:db8::1]:8443/x", false, NULL},
    {"http://127.0.0.1:8080/oauth2/default", true, NULL},
    {"http://[::1]:8080/oauth2/default", true, NULL},
    {"http://localhost/oauth2/default", true, NULL},
    {"http://LOCALHOST:1/x", true, "\"http://localhost:1/x\""},
    {"https://tenant.auth0.com/", false, NULL},
    {"https://tenant.b2clogin.com/tfp/0a-1b/policy/v2.0/", false, NULL},
    {"https://login.example.com/oauth2/default/", false, NULL},
    {"https://a.okta.com.example.com/", false, NULL},
    {"https://notokta.com/", false, NULL},
    {"http://127.0.0.1:8080/", true, NULL},
    {"https://login.example.com/v1/tenant", false, NULL},
    {"https://login.example.com/v1/x/token", false, NULL},
    {"https://login.example.com/oauth2/aus1/v1/other", false, NULL},
    {"https://login.example.com/v1", false, NULL},
    {"https://login.example.com/team/oauth2/v1", false, NULL},
    {"https://login.example.com:443/am/oauth2/realms/root/realms/alpha", false, NULL},
    {"https://login.example.com/Realms/Master", false, NULL},
    {"https://login.example.com/a,b", false, NULL},
    {"https://a.okta.com/oauth2/ausABC123", false, NULL},
    {"https://10.0.0.1/x", false, NULL},
    {"https://10.0.0.443/x", false, NULL},
    {"https://login.example.com:80/x", false, NULL},
    {"https://login.example.com:4430/x", false, NULL},
    {"http://localhost:443/x", true, NULL},
    {"", false, "https"},
    {"a.okta.com", false, "https URL"},
    {"//a.okta.com/x", false, "https URL"},
    {"ftp://a.okta.com/x", false, "https URL"},
    {"https:/a.okta.com/x", false, "https URL"},
    {"https//a.okta.com/x", false, "https URL"},
    {"https://", false, "no host name"},
    {"https:///x", false, "no host name"},
    {"https://:443/x", false, "no host name"},
    {"http://a.okta.com/oauth2/default", false, "https"},
    {"http://a.okta.com/oauth2/default", true, "loopback hosts only"},
    {"http://127.0.0.1/x", false, "OktaInsecureHttp On"},
    {"http://127.0.0.1.example.com/x", true, "loopback hosts only"},
    {"http://localhost.example.com/x", true, "loopback hosts only"},
    {"http://localhost@evil.example/x", true, "user name"},
    {"https://user:password@a.okta.com/x", false, "user name"},
    {"http://10.0.0.1/x", true, "loopback hosts only"},
    {"http://[::2]/x", true, "loopback hosts only"},
    {"http://0.0.0.0/x", true, "loopback hosts only"},
    {"https://a.okta.com/oauth2/default/", false, "trailing slash"},
    {"https://a.okta.com/", false, "slash"},
    {"https://a.okta-gov.com/oauth2/default/", false, "slash"},
    {"https://a.OKTA.com/oauth2/default/", false, "slash"},
    {"https://a.okta.com:443/oauth2/default/", false, "slash"},
    {"https://A.okta.com/oauth2/default", false, "\"https://a.okta.com/oauth2/default\""},
    {"HTTPS://a.okta.com/oauth2/default", false, "https"},
    {"https://Login.example.com/Path", false, "\"https://login.example.com/Path\""},
    {"https://a.okta.com:443/oauth2/default", false, "\"https://a.okta.com/oauth2/default\""},
    {"https://login.example.com:443", false, "\"https://login.example.com\""},
    {"https://login.example.com:0443/", false, "\"https://login.example.com/\""},
    {"https://[2001:db8::1]:443/x", false, "\"https://[2001:db8::1]/x\""},
    {"http://localhost:80/x", true, "\"http://localhost/x\""},
    {"https://a.okta.com/oauth2/default/v1/token", false, "\"https://a.okta.com/oauth2/default\""},
    {"https://a.okta.com/oauth2/default/v1/keys/", false, "\"https://a.okta.com/oauth2/default\""},
    {"https://a.okta.com/oauth2/default/v1", false, "\"https://a.okta.com/oauth2/default\""},
    {"https://login.example.com/oauth2/aus1/v1/authorize", false, "/oauth2/aus1\""},
    {"https://login.example.com/oauth2/aus1/v1/", false, "/oauth2/aus1\""},
    {"https://login.example.com/realm/v1/introspect", false, "endpoint"},
    {"https://login.example.com/realm/v1/keys", false, "endpoint"},
    {"https://login.example.com/realm/v1/token", false, "endpoint"},
    {"https://login.example.com/realm/v1/authorize", false, "endpoint"},
    {"https://login.example.com/realm/v1/revoke", false, "endpoint"},
    {"https://login.example.com/realm/v1/userinfo", false, "endpoint"},
    {"https://login.example.com/realm/v1/logout", false, "endpoint"},
    {"https://login.example.com/realm/v1/clients", false, "endpoint"},
    {"https://a.okta.com/oauth2/v1/token", false, "/oauth2/default"},
    {"https://a.okta.com/oauth2", false, "/oauth2/default"},
    {"https://a.okta.com/default", false, "/oauth2/default"},
    {"https://a.okta.com/oauth2/default/x", false, "/oauth2/default"},
    {"https://a.okta.com//oauth2/default", false, "/oauth2/default"},
    {"https://a.okta.com/oauth2/default,https://b.okta.com/oauth2/default", false, "comma"},
    {"https://login.example.com/x,", false, "comma"},
    {"https://your-okta-domain.okta.com/oauth2/default", false, "placeholder"},
    {"https://a.okta.com/oauth2/default?x=1", false, "no query"},
    {"https://a.okta.com/oauth2/default?", false, "no query"},
    {"https://a.okta.com?x", false, "no query"},
    {"https://a.okta.com/oauth2/default#x", false, "fragment"},
    {"https://a.okta.com#", false, "fragment"},
    {"https://a.okta.com/oauth2/default/.well-known/openid-configuration", false, "well-known"},
    {"https://a.okta.com", false, "org authorization server"},
    {"https://A.OKTA.COM", false, "org authorization server"},
    {"https://a-admin.okta.com/oauth2/default", false, "-admin"},
    {"https://a-admin.okta.com:443/oauth2/default", false, "-admin"},
    {"https://a-admin.okta-gov.com/oauth2/default", false, "-admin"},
    {"https://a.okta.com.com/oauth2/default", false, "once"},
    {"https://{yourOktaDomain}/oauth2/default", false, "placeholder"},
    {"https://${yourOktaDomain}/oauth2/default", false, "placeholder"},
    {"https://a.okta.com/oauth2/<id>", false, "placeholder"},
    {"https://a.okta.com/oauth2/de fault", false, "percent"},
    {"https://a.okta.com/oauth2/de\tfault", false, "percent"},
    {"https://a.okta.com/oauth2/caf\xc3\xa9", false, "percent"},
    {"https://a.okta.com/oauth2/default\n", false, "percent"},
    {"https://a.okta.com/oauth2/default\x7f", false, "percent"},
    {"https://a.okta.com/oauth2/default\x01", false, "percent"},
};

rule(an_issuer_is_an_https_url_and_no_more)
{
    for (size_t i = 0; i < COUNT_OF(issuers); i++) {
        okta_error error;
        bool good = issuer(issuers[i].value, issuers[i].insecure, &error);

        check(good == !issuers[i].names, "\"%s\": %s", issuers[i].value, error.text);
        if (!good && issuers[i].names)
            check(strstr(error.text, issuers[i].names), "\"%s\": %s", issuers[i].value, error.text);
    }
}

/* What is no ASCII would reach the administrator as question marks. */
rule(sentences_are_plain_ascii)
{
    static const char *const values[] = {"",  "{",        "a/b",     "a-admin.okta.com",
                                         "x", "https://", "http://a"};
    bool (*const checks[])(const char *, okta_error *) = {domain, server_id};

    for (size_t c = 0; c < COUNT_OF(checks); c++) {
        for (size_t v = 0; v < COUNT_OF(values); v++) {
            okta_error error;
            checks[c](values[v], &error);
            check(!strchr(error.text, '?'), "\"%s\": %s", values[v], error.text);
        }
    }
}

rule(capitals_are_named_however_long_the_host_is)
{
    for (size_t length = 250; length < 270; length++) {
        char host[300] = "A.example";
        okta_error error;

        memset(host + strlen(host), 'b', length - strlen(host));
        check(!domain(host, &error), "%zu bytes", length);
        check(strstr(error.text, "\"a.examplebb"), "%zu bytes: %s", length, error.text);
    }
}

rule(the_org_server_is_known_by_its_default_port_too)
{
    okta_error error;

    check(!issuer("https://a.okta.com:443", false, &error), "the org authorization server");
}

rule(a_url_has_a_sound_authority)
{
    static const char *const rows[] = {
        "https://[::1/x",        "https://a.example:port/x", "https://a.example:99999/x",
        "https://a.example:/x",  "https://a.example:-1/x",   "https://a]b.example/x",
        "https://[::1]x/y",      "https://a\"b.example/x",   "https://a\\b.example/x",
        "https://a,b.example/x", "https://a.example:1:2/x",  "https://[]/x",
        "https://.../x",
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_error error;
        check(!url(rows[i], true, &error), "%s", rows[i]);
    }
}

rule(a_url_may_have_a_query_and_a_trailing_slash)
{
    okta_error error;

    check(url("https://a.okta.com/keys?client_id=1", false, &error), "%s", error.text);
    check(url("https://a.okta.com/keys/", false, &error), "%s", error.text);
    check(url("https://a.okta.com/", false, &error), "%s", error.text);
    check(url("https://a.okta.com", false, &error), "%s", error.text);
    check(!url("https://a.okta.com/keys#x", false, &error), "fragment");
    check(!url("file:///etc/passwd", true, &error), "file");
    check(!url("http://a.okta.com/keys", true, &error), "http");
    check(!okta_url_check("x", false, NULL), "a cause nobody asks for");
}

rule(loopback_is_an_address_or_localhost)
{
    static const struct {
        const char *host;
        bool loopback;
    } rows[] = {
        {"127.0.0.1", true},   {"127.255.255.254", true},
        {"127.1.2.3", true},   {"::1", true},
        {"[::1]", true},       {"localhost", true},
        {"LocalHost", true},   {"", false},
        {"127", false},        {"127.", false},
        {"127.0.0.1x", false}, {"127.0.0.1.example", false},
        {"128.0.0.1", false},  {"1127.0.0.1", false},
        {"localhost.", false}, {"localhos", false},
        {"localhostx", false}, {"::2", false},
        {"[::1", false},       {"::1]", false},
        {"[]", false},         {"0.0.0.0", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(okta_is_loopback(exact(rows[i].host, strlen(rows[i].host)), strlen(rows[i].host)) ==
                  rows[i].loopback,
              "\"%s\"", rows[i].host);
    check(okta_is_loopback("127.0.0.1:8080", 9), "a part of a longer text");
    check(!okta_is_loopback(repeat("1", 200), 200), "a long one");
}

/* Whatever is no address is looked up as a name, and a name may lead anywhere. */
rule(a_loopback_address_has_four_numbers)
{
    static const char *const rows[] = {"127.0.0.256", "127.0.0.999",   "127.0.0.1.2", "127......",
                                       "127.0.0..1",  "127.0.0.1.2.3", "127.0.0.1."};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(!okta_is_loopback(rows[i], strlen(rows[i])), "\"%s\"", rows[i]);
}

rule(origins_compare_without_case)
{
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"https://a/x", "https://a/y", true},
        {"https://a", "https://a?x", true},
        {"https://a#x", "https://a/", true},
        {"HTTPS://A/x", "https://a/x", true},
        {"https://a/x", "http://a/x", false},
        {"https://a:1/x", "https://a:2/x", false},
        {"https://a/x", "https://ab/x", false},
        {"https://a/x", "https://b/x", false},
        {"https://u@a/x", "https://a/x", false},
        {"a", "a", false},
        {"", "", false},
        {"https://a", "a", false},
        {"https://a.b/x", "https://a/.b", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(okta_same_origin(rows[i].a, rows[i].b) == rows[i].same, "%s, %s", rows[i].a,
              rows[i].b);
    check(okta_origin_length("https://a:1/x") == 11, "%zu", okta_origin_length("https://a:1/x"));
    check(okta_origin_length("a/x") == 0, "no scheme");
}

rule(placeholders_are_recognized)
{
    static const char *const left[] = {"{a}", "a}", "<x>", "${clientId}", "youroktadomain"};
    static const char *const gone[] = {"", "a", "api://default", "0oa1", "$", "(a)"};

    for (size_t i = 0; i < COUNT_OF(left); i++)
        check(okta_is_placeholder(left[i]), "%s", left[i]);
    for (size_t i = 0; i < COUNT_OF(gone); i++)
        check(!okta_is_placeholder(gone[i]), "%s", gone[i]);
}

rule(authorities_are_hosts_or_addresses_with_or_without_a_port)
{
    static const char *const sound[] = {
        "https://a",          "https://a.b-c.d",       "https://127.0.0.1",
        "https://a:1",        "https://a:65535",       "https://[::1]",
        "https://[::1]:8443", "https://[2001:db8::1]", "http://[::ffff:127.0.0.1]:80",
        "https://A.EXAMPLE",  "https://1.2.3",         "https://xn--bcher-kva.example",
    };
    static const char *const unsound[] = {
        "https://",
        "https://.",
        "https://-a",
        "https://a-",
        "https://a-.b",
        "https://a.-b",
        "https://a..b",
        "https://a_b",
        "https://a:",
        "https://a:0",
        "https://a:65536",
        "https://a:100000",
        "https://a:1x",
        "https://a:+1",
        "https://a: 1",
        "https://[]",
        "https://[::1",
        "https://[::1]x",
        "https://[::1]:",
        "https://[::1]:x",
        "https://[a]",
        "https://[127.0.0.1]",
        "https://[::1%25eth0]",
        "https://::1",
        "https://a@b",
        "https://a/b",
        "a",
        "",
        "://a:b",
        "https://a,b",
        "https://a\"",
        "https://\xc3\xa9",
    };

    for (size_t i = 0; i < COUNT_OF(sound); i++)
        check(okta_is_origin(exact(sound[i], strlen(sound[i]) + 1), strlen(sound[i])), "%s",
              sound[i]);
    for (size_t i = 0; i < COUNT_OF(unsound); i++)
        check(!okta_is_origin(exact(unsound[i], strlen(unsound[i]) + 1), strlen(unsound[i])), "%s",
              unsound[i]);
    check(!okta_is_origin(text("https://[%s]", repeat("1:", 100)), 210), "a long address");
    check(okta_is_origin("https://a/b", 9), "the first bytes of a URL");
}
