/* SPDX-License-Identifier: Apache-2.0 */
#include "core/target.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

/* The normal form, or NULL. It fits length + 2 bytes, and its own normal form is itself. */
static char *normal(const char *url, size_t length)
{
    char *buffer = keep(malloc(length + 2)), *again = keep(malloc(length + 3));

    if (!okta_target_normalize(exact(url, length), length, buffer, length + 2))
        return NULL;
    check(okta_target_normalize(buffer, strlen(buffer), again, length + 3) &&
              strcmp(buffer, again) == 0,
          "\"%s\" is not normal", buffer);
    return buffer;
}

static void expect(const char *url, const char *expected)
{
    const char *made = normal(url, strlen(url));

    check(expected ? made && strcmp(made, expected) == 0 : !made, "%s: %s, expected %s", url,
          made ? made : "(refused)", expected ? expected : "(refused)");
}

typedef struct row {
    const char *url, *expected;
} row;

static void expect_all(const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect(rows[i].url, rows[i].expected);
}

rule(scheme_and_host_are_in_lower_case)
{
    static const row rows[] = {
        {"https://api.example.com/items", "https://api.example.com/items"},
        {"HTTPS://API.Example.COM/Items", "https://api.example.com/Items"},
        {"hTTp://A/B", "http://a/B"},
        {"https://A%42%c3%a4.example/", "https://ab%C3%A4.example/"},
        {"https://a%2Eexample/", "https://a.example/"},
        {"https://a.example./", "https://a.example./"},
        {"https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"},
        {"https://a_b!$&'()*+,;=~/", "https://a_b!$&'()*+,;=~/"},
    };

    expect_all(rows, COUNT_OF(rows));
}

rule(the_default_port_and_an_empty_one_go)
{
    static const row rows[] = {
        {"https://a:443/", "https://a/"},
        {"http://a:80/", "http://a/"},
        {"https://a:/", "https://a/"},
        {"https://a:", "https://a/"},
        {"https://a:0443/", "https://a/"},
        {"https://a:08443/", "https://a:8443/"},
        {"https://a:80/", "https://a:80/"},
        {"http://a:443/", "http://a:443/"},
        {"https://a:1", "https://a:1/"},
        {"https://a:65535/", "https://a:65535/"},
        {"https://a:65536/", NULL},
        {"https://a:4294967739/", NULL}, /* 2^32 + 443 */
        {"https://a:99999999999999999999999/", NULL},
        {"https://a:0/", NULL},
        {"https://a:00/", NULL},
        {"https://a:-1/", NULL},
        {"https://a:+443/", NULL},
        {"https://a:44a/", NULL},
        {"https://a:443:443/", NULL},
        {"https://a:%34%34%33/", NULL},
        {"https://:443/", NULL},
    };

    expect_all(rows, COUNT_OF(rows));
}

rule(addresses_are_hosts)
{
    static const row rows[] = {
        {"https://[2001:DB8::A]/", "https://[2001:db8::a]/"},
        {"https://[::1]", "https://[::1]/"},
        {"https://[::1]:443/x", "https://[::1]/x"},
        {"https://[::1]:/x", "https://[::1]/x"},
        {"http://[::1]:8080/x", "http://[::1]:8080/x"},
        {"https://[::ffff:192.0.2.1]/", "https://[::ffff:192.0.2.1]/"},
        {"https://192.0.2.1:443/", "https://192.0.2.1/"},
        {"https://[]/", NULL},
        {"https://[:]/", NULL},
        {"https://[::1/", NULL},
        {"https://[/", NULL},
        {"https://::1/", NULL},
        {"https://::1]/", NULL},
        {"https://[::1]8080/", NULL},
        {"https://[::1]:443]/", NULL},
        {"https://x[::1]/", NULL},
        {"https://[fe80::1%25eth0]/", NULL},
        {"https://[v1.a]/", NULL},
        {"https://[::g]/", NULL},
    };

    expect_all(rows, COUNT_OF(rows));
}

rule(unreserved_characters_are_decoded_and_other_escapes_in_upper_case)
{
    static const row rows[] = {
        {"https://a/%41%7a%30%2d%2E%5f%7E", "https://a/Az0-._~"},
        {"https://a/%c3%a4", "https://a/%C3%A4"},
        {"https://a/%2f%3f%23%5b", "https://a/%2F%3F%23%5B"},
        {"https://a/%21%24%26%27", "https://a/%21%24%26%27"},
        {"https://a/!$&'()*+,;=:@", "https://a/!$&'()*+,;=:@"},
        {"https://a/x|y^z[0]", "https://a/x|y^z[0]"},
        {"https://a/%00%0a%7f", "https://a/%00%0A%7F"},
        {"https://a/%2541", "https://a/%2541"},
        {"https://a/%25%34%31", "https://a/%2541"},
        {"https://a/%", NULL},
        {"https://a/%4", NULL},
        {"https://a/%4/", NULL},
        {"https://a/%4g", NULL},
        {"https://a/%%41", NULL},
        {"https://a/%-1", NULL},
        {"https://a/%u0041", NULL},
        {"https://a%/", NULL},
        {"https://a%4/", NULL},
        {"https://a%4?1", NULL},
        {"https://a/%4?1", NULL},
    };

    expect_all(rows, COUNT_OF(rows));
}

rule(then_dot_segments_go)
{
    static const row rows[] = {
        {"https://a/b/../c", "https://a/c"},
        {"https://a/b/./c", "https://a/b/c"},
        {"https://a/b/%2e%2e/c", "https://a/c"},
        {"https://a/b/%2E./c", "https://a/c"},
        {"https://a/b/.%2e", "https://a/"},
        {"https://a/%2e", "https://a/"},
        {"https://a/b/%2e/", "https://a/b/"},
        {"https://a/b/..", "https://a/"},
        {"https://a/b/../", "https://a/"},
        {"https://a/b/.", "https://a/b/"},
        {"https://a/..", "https://a/"},
        {"https://a/../../b", "https://a/b"},
        {"https://a/b/c/../../../../d", "https://a/d"},
        {"https://a/b/c/./../../g", "https://a/g"}, /* RFC 3986 section 5.2.4 */
        {"https://a/...", "https://a/..."},
        {"https://a/..b/.c./d..", "https://a/..b/.c./d.."},
        {"https://a/b%2f..%2fc", "https://a/b%2F..%2Fc"},
        {"https://a/b/..%2fc", "https://a/b/..%2Fc"},
        {"https://a/b/..;x/c", "https://a/b/..;x/c"},
        {"https://a/b/..?c/../d", "https://a/"},
    };

    expect_all(rows, COUNT_OF(rows));
}

rule(double_slashes_count)
{
    static const row rows[] = {
        {"https://a//", "https://a//"},
        {"https://a//b///c//", "https://a//b///c//"},
        {"https://a//../b", NULL},
        {"https://a/b//../c", NULL},
        {"https://a/b//../../c", NULL},
        {"https://a/b/..//c", "https://a//c"},
        {"https://a//./../b", NULL},
        {"https://a//b/%2e./%2E%2e/c", NULL},
        {"https://a//b/../c", "https://a//c"},
        {"https://a/.//b", "https://a//b"},
    };

    expect_all(rows, COUNT_OF(rows));
}

rule(an_empty_path_is_a_slash_and_query_and_fragment_go)
{
    static const row rows[] = {
        {"https://a", "https://a/"},        {"https://a?", "https://a/"},
        {"https://a?b", "https://a/"},      {"https://a#b", "https://a/"},
        {"https://a:443?b", "https://a/"},  {"https://a/b?c=d&e=%zz", "https://a/b"},
        {"https://a/b#c?d", "https://a/b"}, {"https://a/b?c#d", "https://a/b"},
        {"https://a/b?", "https://a/b"},    {"https://a/b?{\"c\":\"\xc3\xa4\"}", "https://a/b"},
        {"https://a/b?c@d", "https://a/b"},
    };

    expect_all(rows, COUNT_OF(rows));
}

rule(all_else_is_refused)
{
    static const row rows[] = {
        {"", NULL},
        {"/items", NULL},
        {"//a/items", NULL},
        {"a/items", NULL},
        {"https", NULL},
        {"https:", NULL},
        {"https:/", NULL},
        {"https://", NULL},
        {"https:///items", NULL},
        {"https://?a", NULL},
        {"https:a/items", NULL},
        {"https:\\\\a\\items", NULL},
        {"httpss://a/", NULL},
        {"ftp://a/", NULL},
        {"ws://a/", NULL},
        {"file:///etc/passwd", NULL},
        {"https://u@a/", NULL},
        {"https://u:p@a/", NULL},
        {"https://@a/", NULL},
        {"https://a@/", NULL},
        {"https://u%40a/", "https://u%40a/"},
        {" https://a/", NULL},
        {"https://a/ ", NULL},
        {"https://a /", NULL},
        {"https://a/b c", NULL},
        {"https://a/b?c d", NULL},
        {"https://a/b\n", NULL},
        {"https://a\r\n/", NULL},
        {"https://a/b\x7f", NULL},
        {"https://a/b\t?c", NULL},
        {"https://a/b?c\x01", NULL},
        {"https://\xc3\xa4/", NULL},
        {"https://a/\xc3\xa4", NULL},
        {"https://a/\xff", NULL},
        {"https://a/\"b", NULL},
        {"https://a/<b>", NULL},
        {"https://a/b\\c", NULL},
        {"https://a\\b/", NULL},
        {"https://a/{b}", NULL},
        {"https://a/`b", NULL},
        {"https://a|b/", NULL},
    };

    expect_all(rows, COUNT_OF(rows));
    check(!normal("https://a/b\0c", 13), "a NUL");
    check(!normal("https://a\0/b", 12), "a NUL in the host");
}

rule(a_buffer_that_is_too_small_is_no_overrun)
{
    static const char *const urls[] = {"https://a.example:8443/b/c%2fd", "https://a",
                                       "http://[::1]:8080", "https://a/b/.."};

    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        const char *whole = normal(urls[i], strlen(urls[i]));

        need(whole, "%s", urls[i]);
        for (size_t size = 0; size <= strlen(whole); size++) {
            char *buffer = malloc(size ? size : 1);

            check(!okta_target_normalize(urls[i], strlen(urls[i]), buffer, size), "%s in %zu",
                  urls[i], size);
            free(buffer);
        }
    }
}

rule(very_long_input_is_one_pass)
{
    char *up = text("https://a%s", repeat("/..", 100000));
    char *down_and_up = text("https://a%s%s", repeat("/b", 50000), repeat("/..", 50000));
    char *escapes = text("https://a/%s", repeat("%41", 100000));
    char *host = text("https://%s/", repeat("A", 100000));
    char *zeros = text("https://a:%s443/", repeat("0", 100000));

    expect(up, "https://a/");
    expect(down_and_up, "https://a/");
    expect(escapes, text("https://a/%s", repeat("A", 100000)));
    expect(host, text("https://%s/", repeat("a", 100000)));
    expect(zeros, "https://a/");
    expect(repeat("https://a/", 10000), text("https://a/%s", repeat("https://a/", 9999)));
}
