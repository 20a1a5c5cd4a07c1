#include "core/cors.h"

#include "core/issuer.h"

#include <string.h>
#include <strings.h>

#define ANY "*"
#define WILDCARD "*."

static bool is_any(const okta_strings *list)
{
    return okta_strings_contain(list, ANY, strlen(ANY));
}

/* The star of a pattern stands for exactly one label; scheme, rest of the host and port are as
 * written. */
static bool matches_wildcard(const char *pattern, const char *origin)
{
    const char *star = strstr(pattern, "://" WILDCARD);
    size_t scheme, label;

    if (!star)
        return false;
    scheme = (size_t)(star - pattern) + 3;
    if (strncmp(pattern, origin, scheme) != 0)
        return false;
    label = strspn(origin + scheme, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return label > 0 && strcmp(origin + scheme + label, pattern + scheme + 1) == 0;
}

bool okta_cors_allows_origin(const okta_cors *cors, const char *origin)
{
    for (size_t i = 0; i < cors->origins.count; i++) {
        const char *allowed = cors->origins.items[i];
        /* a star means anybody, and nobody means to give anybody their users' cookies */
        if ((strcmp(allowed, ANY) == 0 && !cors->credentials) || strcmp(allowed, origin) == 0 ||
            matches_wildcard(allowed, origin))
            return true;
    }
    return false;
}

bool okta_cors_is_open(const okta_cors *cors)
{
    return is_any(&cors->origins) && !cors->credentials;
}

bool okta_cors_allows_method(const okta_cors *cors, const char *method)
{
    static const char *const simple[] = {"GET", "HEAD", "POST"};

    for (size_t i = 0; i < sizeof(simple) / sizeof(simple[0]); i++)
        if (strcmp(simple[i], method) == 0)
            return true;
    return okta_strings_contain(&cors->methods, method, strlen(method)) ||
           (*method && is_any(&cors->methods));
}

static bool allows_header(const okta_cors *cors, const char *name, size_t length)
{
    static const char *const always[] = {"authorization", "content-type", "accept",
                                         "accept-language", "content-language"};

    for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
        if (strlen(always[i]) == length && strncasecmp(always[i], name, length) == 0)
            return true;
    for (size_t i = 0; i < cors->headers.count; i++)
        if (strlen(cors->headers.items[i]) == length &&
            strncasecmp(cors->headers.items[i], name, length) == 0)
            return true;
    return is_any(&cors->headers);
}

bool okta_cors_allows_headers(const okta_cors *cors, const char *names)
{
    while (names && *names) {
        size_t length;

        names += strspn(names, ", \t");
        length = strcspn(names, ", \t");
        if (length > 0 && !allows_header(cors, names, length))
            return false;
        names += length;
    }
    return true;
}

static bool has_default_port(const char *origin, size_t length)
{
    const char *port = strncmp(origin, "https:", 6) == 0 ? ":443" : ":80";

    return length > strlen(port) && strcmp(origin + length - strlen(port), port) == 0;
}

bool okta_cors_origin_check(const char *origin, okta_error *error)
{
    size_t length = strlen(origin);
    const char *star;

    if (strcmp(origin, ANY) == 0)
        return true;
    if (okta_is_placeholder(origin))
        return okta_error_set(error, "a placeholder was left in; write the origin of your web app");
    if (strncmp(origin, "http://", 7) != 0 && strncmp(origin, "https://", 8) != 0)
        return okta_error_set(error, "no origin; write scheme and host, as in "
                                     "\"https://app.example.com\"");
    if (okta_origin_length(origin) != length)
        return okta_error_set(error,
                              "an origin has no path and no trailing slash; leave out what "
                              "follows the host and port: \"%.*s\"",
                              (int)okta_origin_length(origin), origin);
    for (const char *p = origin; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            return okta_error_set(error, "browsers send origins in lower case; write it so");
    if (has_default_port(origin, length))
        return okta_error_set(error, "browsers leave the default port out; write it so");
    star = strstr(origin, "://" WILDCARD);
    if (star) {
        /* with a label in place of the star it has to be an origin, of a domain with a dot */
        char example[256];

        okta_text_format(example, sizeof(example), "%.*sx%s", (int)(star + 3 - origin), origin,
                         star + 4);
        if (length < sizeof(example) && strchr(star + 5, '.') &&
            okta_is_origin(example, strlen(example)))
            return true;
    } else if (okta_is_origin(origin, length)) {
        return true;
    }
    return okta_error_set(error,
                          "no origin; write scheme, host and, where it is not the default, port; a "
                          "star may only stand for the first label, as in "
                          "\"https://*.example.com\"");
}
