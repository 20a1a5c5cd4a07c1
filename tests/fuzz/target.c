/* SPDX-License-Identifier: Apache-2.0 */
#include "core/target.h"
#include "fuzz.h"

/* No "." or ".." between slashes. */
static bool has_dot_segment(const char *url)
{
    for (const char *p = strstr(url, "/."); p; p = strstr(p + 1, "/.")) {
        size_t length = strcspn(p + 1, "/");

        if (length == 1 || (length == 2 && p[2] == '.'))
            return true;
    }
    return false;
}

/* A URL in normal form is its own normal form, fits, and has nothing that the form does without. */
FUZZ_TARGET("target")
{
    char *made = malloc(length + 2), *again;
    bool good = okta_target_normalize(input, length, made, length + 2);

    if (good) {
        size_t size = strlen(made) + 1, host = strncmp(made, "https://", 8) == 0 ? 8 : 7;

        hold(size <= length + 2);
        hold(host == 8 || strncmp(made, "http://", 7) == 0);
        hold(made[host] != '/' && made[host] != ':' && strchr(made + host, '/'));
        hold(!strpbrk(made, "?# \\\"<>{}`"));
        hold(!memchr(made, '@', (size_t)(strchr(made + host, '/') - made)));
        hold(!has_dot_segment(made + host));
        for (const char *p = made; *p; p++)
            hold(*p > ' ' && *p < 0x7f);
        for (const char *p = made + host; *p != '/'; p++)
            hold(!(*p >= 'A' && *p <= 'Z') || p[-1] == '%' || p[-2] == '%');
        again = malloc(size);
        hold(okta_target_normalize(made, size - 1, again, size) && strcmp(made, again) == 0);
        hold(!okta_target_normalize(input, length, again, size - 1));
        free(again);
    }
    free(made);
    return good;
}
