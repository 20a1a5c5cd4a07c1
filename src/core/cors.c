/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cors.h"

#include "core/issuer.h"

#include <ctype.h>
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
    if (cors->dpop && length == 4 && strncasecmp("dpop", name, length) == 0)
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

static bool is_web(const char *origin)
{
    return strncasecmp(origin, "http://", 7) == 0 || strncasecmp(origin, "https://", 8) == 0;
}

/* The scheme's length; 0: it is none, or no page is loaded by it. */
static size_t scheme_length(const char *origin)
{
    static const char *const pageless[] = {"ftp",  "ws",    "wss",       "data",
                                           "blob", "about", "javascript"};
    size_t length = strspn(origin, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "0123456789+-.");

    for (size_t i = 0; i < sizeof(pageless) / sizeof(pageless[0]); i++)
        if (strlen(pageless[i]) == length && strncasecmp(pageless[i], origin, length) == 0)
            return 0;
    return isalpha((unsigned char)*origin) && strncmp(origin + length, "://", 3) == 0 ? length : 0;
}

/* Apps name their pages by schemes of their own, and extensions by identifiers in place of hosts
 * (those of Safari with capitals). */
static bool is_app_origin(const char *origin)
{
    const char *host = origin + scheme_length(origin) + 3;

    return *host && host[strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789-._~%:[]")] == '\0';
}

static bool is_lower_case(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] >= 'A' && text[i] <= 'Z')
            return false;
    return true;
}

/* With a label in place of the star it has to be an origin, of a domain with a dot. */
static bool is_wildcard(const char *origin, const char *star)
{
    size_t length = strlen(origin);
    char example[256];

    okta_text_format(example, sizeof(example), "%.*sx%s", (int)(star + 3 - origin), origin,
                     star + 4);
    return length < sizeof(example) && strchr(star + 5, '.') &&
           okta_is_origin(example, strlen(example));
}

static bool host_check(const char *origin, okta_error *error)
{
    const char *star = strstr(origin, "://" WILDCARD);

    if (star             ? is_wildcard(origin, star)
        : is_web(origin) ? okta_is_origin(origin, strlen(origin))
                         : is_app_origin(origin))
        return true;
    return okta_error_set(error,
                          "no origin; write scheme, host and, where it is not the default, port; a "
                          "star may only stand for the first label, as in "
                          "\"https://*.example.com\"");
}

bool okta_cors_origin_check(const char *origin, okta_error *error)
{
    size_t length = strlen(origin), scheme = scheme_length(origin);

    if (strcmp(origin, ANY) == 0)
        return true;
    if (okta_is_placeholder(origin))
        return okta_error_set(error, "a placeholder was left in; write the origin of your web app");
    if (strchr(origin, ','))
        return okta_error_set(error, "it holds a comma; write origins with a space between them, "
                                     "without commas");
    if (strcasecmp(origin, "null") == 0 || strncasecmp(origin, "file:", 5) == 0)
        return okta_error_set(error,
                              "no origin: browsers send \"null\" for files and for pages that "
                              "hide where they are from, so it could be anybody's; serve the "
                              "page by a scheme and host, and write those");
    if (scheme == 0)
        return okta_error_set(error, "no origin; write scheme and host, as in "
                                     "\"https://app.example.com\"");
    if (okta_origin_length(origin) != length)
        return okta_error_set(error,
                              "an origin has no path and no trailing slash; leave out what "
                              "follows the host and port: \"%.*s\"",
                              (int)okta_origin_length(origin), origin);
    if (!is_lower_case(origin, is_web(origin) ? length : scheme))
        return okta_error_set(error, "browsers send origins in lower case; write it so");
    if (okta_default_port_length(origin) > 0)
        return okta_error_set(error, "browsers leave the default port out; write it so");
    return host_check(origin, error);
}
