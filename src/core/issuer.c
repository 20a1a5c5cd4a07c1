/* SPDX-License-Identifier: Apache-2.0 */
#include "core/issuer.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Hosts of Okta's own; customers' organizations are below them. */
static const char *const okta_suffixes[] = {".okta.com", ".oktapreview.com", ".okta-emea.com",
                                            ".okta-gov.com", ".okta.mil"};

static bool ends_with(const char *text, size_t length, const char *suffix)
{
    size_t suffix_length = strlen(suffix);

    return length >= suffix_length &&
           strncasecmp(text + length - suffix_length, suffix, suffix_length) == 0;
}

static const char *okta_suffix_of(const char *host, size_t length)
{
    for (size_t i = 0; i < sizeof(okta_suffixes) / sizeof(okta_suffixes[0]); i++)
        if (ends_with(host, length, okta_suffixes[i]))
            return okta_suffixes[i];
    return NULL;
}

/* Whether text holds word, whatever the case, and with hyphens and underscores anywhere in it. */
static bool holds_spelled(const char *text, const char *word)
{
    for (; *text; text++) {
        const char *t = text, *w = word;

        while (*t && *w && (tolower((unsigned char)*t) == *w || (w > word && strchr("-_", *t))))
            w += tolower((unsigned char)*t++) == *w;
        if (!*w)
            return true;
    }
    return false;
}

bool okta_is_placeholder(const char *value)
{
    static const char *const samples[] = {"youroktadomain",  "youroktaorg",
                                          "yourdomain.okta", "yourorg.okta",
                                          "yoursubdomain",   "yourcompany.okta",
                                          "yourtenant",      "yourclientid",
                                          "youraudience",    "yourauthorizationserver",
                                          "yourauthserver",  "yourissuer"};

    if (strpbrk(value, "{}<>"))
        return true;
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
        if (holds_spelled(value, samples[i]))
            return true;
    return false;
}

/* Labels of letters, digits and inner hyphens, with single dots between them (RFC 1123
 * section 2.1). */
static bool is_host_name(const char *host, size_t length)
{
    char before = '.';

    for (size_t i = 0; i < length; i++) {
        char c = host[i];
        if (!isalnum((unsigned char)c) && c != '-' && c != '.')
            return false;
        if (before == '.' && (c == '.' || c == '-'))
            return false;
        if (before == '-' && c == '.')
            return false;
        before = c;
    }
    return length > 0 && before != '.' && before != '-';
}

/* host, [IPv6 address], each with or without a port. *host_length is set to what stands before the
 * port. */
static bool is_authority(const char *authority, size_t length, size_t *host_length)
{
    const char *end = authority + length, *port;
    char address[INET6_ADDRSTRLEN];
    struct in6_addr parsed;
    unsigned long number = 0;

    if (length > 0 && authority[0] == '[') {
        const char *bracket = memchr(authority, ']', length);
        size_t inner = bracket ? (size_t)(bracket - authority) - 1 : 0;

        if (!bracket || inner >= sizeof(address))
            return false;
        memcpy(address, authority + 1, inner);
        address[inner] = '\0';
        if (inet_pton(AF_INET6, address, &parsed) != 1)
            return false;
        port = bracket + 1;
    } else {
        port = memchr(authority, ':', length);
        port = port ? port : end;
        if (!is_host_name(authority, (size_t)(port - authority)))
            return false;
    }
    *host_length = (size_t)(port - authority);
    if (port == end)
        return true;
    if (*port != ':' || port + 1 == end || end - port > 6)
        return false;
    for (const char *p = port + 1; p < end; p++) {
        if (!isdigit((unsigned char)*p))
            return false;
        number = number * 10 + (unsigned long)(*p - '0');
    }
    return number > 0 && number <= 65535;
}

bool okta_is_origin(const char *url, size_t length)
{
    const char *scheme = strstr(url, "://");
    size_t start = scheme ? (size_t)(scheme - url) + 3 : 0, host_length = 0;

    return scheme && start < length && is_authority(url + start, length - start, &host_length);
}

size_t okta_default_port_length(const char *url)
{
    size_t origin = okta_origin_length(url), digits = 0;
    bool https = strncasecmp(url, "https:", 6) == 0;

    while (digits < origin && isdigit((unsigned char)url[origin - digits - 1]))
        digits++;
    if (digits == 0 || digits > 5 || digits == origin || url[origin - digits - 1] != ':' ||
        (!https && strncasecmp(url, "http:", 5) != 0))
        return 0;
    return strtoul(url + origin - digits, NULL, 10) == (https ? 443 : 80) ? digits + 1 : 0;
}

/* What applies to a host in OktaDomain and in an issuer alike. */
static bool host_check(const char *host, size_t length, okta_error *error)
{
    const char *suffix = okta_suffix_of(host, length);
    char admin[64];

    if (length == 0)
        return okta_error_set(error, "it has no host name");
    if (ends_with(host, length, ".com.com"))
        return okta_error_set(error, "it ends in \".com.com\"; write \".com\" once");
    if (suffix) {
        okta_text_format(admin, sizeof(admin), "-admin%s", suffix);
        if (ends_with(host, length, admin))
            return okta_error_set(error,
                                  "that is the address of the admin console; leave out \"-admin\": "
                                  "\"%.*s%s\"",
                                  (int)(length - strlen(admin)), host, suffix);
    }
    return true;
}

/* Issuers are compared byte by byte, and issuers write themselves in lower case; what follows the
 * first length bytes may have capitals. */
static bool lower_case_check(const char *text, size_t length, const char *rest, okta_error *error)
{
    char lower[256];
    bool differs = false;

    for (size_t i = 0; i < length; i++) {
        char c = (char)tolower((unsigned char)text[i]);

        differs = differs || c != text[i];
        if (i < sizeof(lower))
            lower[i] = c;
    }
    if (!differs)
        return true;
    return okta_error_set(error,
                          "capitals in a host name: the \"iss\" of tokens has it in lower case; "
                          "write \"%.*s%s\"",
                          (int)(length < sizeof(lower) ? length : sizeof(lower)), lower, rest);
}

static bool placeholder_error(okta_error *error)
{
    return okta_error_set(error, "a placeholder was left in; put the value of your Okta "
                                 "organization there");
}

bool okta_domain_check(const char *domain, okta_error *error)
{
    const char *scheme = strstr(domain, "://");

    if (!*domain)
        return okta_error_set(error, "it is empty; write the host name of your Okta organization, "
                                     "as in \"integrator-123456.okta.com\"");
    if (okta_is_placeholder(domain))
        return placeholder_error(error);
    if (scheme || strchr(domain, '/')) {
        const char *host = scheme ? scheme + 3 : domain;
        return okta_error_set(
            error,
            "it is a URL; write the host name alone: \"%.*s\" (and see OktaIssuer "
            "for a full issuer URL)",
            (int)strcspn(host, "/"), host);
    }
    if (ends_with(domain, strlen(domain), ":443"))
        return okta_error_set(error,
                              "it has a port, and ':' has no place in a host name; leave out "
                              "\":443\": \"%.*s\"",
                              (int)(strlen(domain) - 4), domain);
    for (const char *p = domain; *p; p++)
        if (!isalnum((unsigned char)*p) && *p != '-' && *p != '.')
            return okta_error_set(error,
                                  "'%c' has no place in a host name; write it as in "
                                  "\"integrator-123456.okta.com\"",
                                  *p);
    if (!is_host_name(domain, strlen(domain)) || !strchr(domain, '.'))
        return okta_error_set(error, "it is no full host name; write it as in "
                                     "\"integrator-123456.okta.com\"");
    return host_check(domain, strlen(domain), error) &&
           lower_case_check(domain, strlen(domain), "", error);
}

bool okta_server_id_check(const char *id, okta_error *error)
{
    if (okta_is_placeholder(id))
        return placeholder_error(error);
    if (!*id)
        return okta_error_set(error, "it is empty; write \"default\" or the id of the "
                                     "authorization server (\"aus...\" in Okta's console)");
    for (const char *p = id; *p; p++)
        if (!isalnum((unsigned char)*p) && *p != '-' && *p != '_' && *p != '.')
            return okta_error_set(error,
                                  "'%c' has no place in an authorization server id; write "
                                  "\"default\" or its id (\"aus...\"), not its name or URL",
                                  *p);
    return true;
}

bool okta_is_loopback(const char *host, size_t length)
{
    char text[INET6_ADDRSTRLEN];
    struct in_addr address;
    struct in6_addr address6;

    if (length >= 2 && host[0] == '[' && host[length - 1] == ']') {
        host++;
        length -= 2;
    }
    if (length >= sizeof(text))
        return false;
    memcpy(text, host, length);
    text[length] = '\0';
    if (strcasecmp(text, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, text, &address) == 1)
        return ntohl(address.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, text, &address6) == 1 && IN6_IS_ADDR_LOOPBACK(&address6);
}

size_t okta_origin_length(const char *url)
{
    const char *scheme = strstr(url, "://");

    return scheme ? (size_t)(scheme + 3 - url) + strcspn(scheme + 3, "/?#") : 0;
}

bool okta_same_origin(const char *a, const char *b)
{
    size_t length = okta_origin_length(a);

    return length > 0 && length == okta_origin_length(b) && strncasecmp(a, b, length) == 0;
}

static bool scheme_check(const char *url, const char *host, size_t host_length, bool insecure_http,
                         okta_error *error)
{
    if (strncmp(url, "https://", 8) == 0)
        return true;
    if (strncmp(url, "http://", 7) != 0)
        return okta_error_set(error, "it is no https URL; write it as in "
                                     "\"https://integrator-123456.okta.com/oauth2/default\"");
    if (!okta_is_loopback(host, host_length))
        return okta_error_set(error,
                              "it is not https; write \"https:\" (http is for loopback hosts "
                              "only, with OktaInsecureHttp On)");
    if (!insecure_http)
        return okta_error_set(error, "it is not https; write \"https:\", or, for this loopback "
                                     "host, set OktaInsecureHttp On");
    return true;
}

bool okta_url_check(const char *url, bool insecure_http, okta_error *error)
{
    size_t origin = okta_origin_length(url);
    const char *host = origin ? strstr(url, "://") + 3 : url;
    size_t host_length = origin ? origin - (size_t)(host - url) : 0;
    size_t authority_length;

    if (okta_is_placeholder(url))
        return placeholder_error(error);
    for (const char *p = url; *p; p++)
        if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7f)
            return okta_error_set(error,
                                  "it holds a character that no URL holds; percent-encode it");
    if (memchr(host, '@', host_length))
        return okta_error_set(error, "it holds a user name; leave it out");
    authority_length = host_length;
    if (origin && !is_authority(host, authority_length, &host_length))
        return okta_error_set(error,
                              "what stands between \"//\" and the path is no host name with or "
                              "without a port; write it as in "
                              "\"https://integrator-123456.okta.com/oauth2/default\"");
    if (!scheme_check(url, host, host_length, insecure_http, error))
        return false;
    if (strchr(url, '#'))
        return okta_error_set(error, "it has a fragment; leave out \"#\" and what follows");
    return host_check(host, host_length, error);
}

/* The part that is /v1/token or the like: an endpoint of an authorization server; NULL: none. */
static const char *endpoint_of(const char *path)
{
    static const char *const names[] = {"token",  "keys",     "authorize", "introspect",
                                        "revoke", "userinfo", "logout",    "clients"};
    /* a prefix in front of it is of somebody else's making */
    const bool of_okta = strncmp(path, "/oauth2/", 8) == 0;

    for (const char *at = strstr(path, "/v1"); at; at = strstr(at + 1, "/v1")) {
        const char *name = at + 4;
        size_t length = strcspn(at[3] ? name : "", "/");

        if (at[3] == '\0' && of_okta)
            return at;
        if (at[3] != '/' || (name[length] && name[length + 1]))
            continue;
        if (length == 0 && of_okta)
            return at;
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
            if (length == strlen(names[i]) && strncmp(name, names[i], length) == 0)
                return at;
    }
    return NULL;
}

/* What every issuer of Okta's own hosts is like: https://host/oauth2/id. */
static bool okta_path_check(const char *issuer, size_t origin, bool org, okta_error *error)
{
    static const char prefix[] = "/oauth2/";
    const char *path = issuer + origin, *id = path + sizeof(prefix) - 1;
    size_t length = strlen(path);

    if (length == 0)
        return org ||
               okta_error_set(error,
                              "that is the org authorization server, whose tokens cannot be "
                              "verified locally; append \"/oauth2/default\" or \"/oauth2/<id>\" of "
                              "a custom authorization server, or use introspection");
    if (path[length - 1] == '/')
        return okta_error_set(error, "it ends in a slash and Okta's issuers do not; leave out the "
                                     "trailing slash");
    if (strncmp(path, prefix, sizeof(prefix) - 1) != 0 || strchr(id, '/'))
        return okta_error_set(error,
                              "no authorization server of Okta's has that path; write "
                              "\"%.*s/oauth2/default\" or \"%.*s/oauth2/<id>\"",
                              (int)origin, issuer, (int)origin, issuer);
    return true;
}

static bool port_check(const char *issuer, size_t origin, okta_error *error)
{
    size_t port = okta_default_port_length(issuer);

    /* Ping's AM (ForgeRock) does write ":443" into its tokens */
    if (port == 0 || strstr(issuer + origin, "/oauth2/realms/"))
        return true;
    return okta_error_set(error,
                          "the \"iss\" of tokens is without the default port; leave out \"%.*s\": "
                          "\"%.*s%s\"",
                          (int)port, issuer + origin - port, (int)(origin - port), issuer,
                          issuer + origin);
}

static bool is_oktas_own(const char *issuer, size_t origin)
{
    size_t end = origin;

    while (end > 0 && isdigit((unsigned char)issuer[end - 1]))
        end--;
    return okta_suffix_of(issuer, end > 0 && issuer[end - 1] == ':' ? end - 1 : origin) != NULL;
}

static bool endpoint_check(const char *issuer, size_t origin, okta_error *error)
{
    const char *endpoint = endpoint_of(issuer + origin);

    /* what is left of the org server's endpoints is no issuer either */
    if (!endpoint || (size_t)(endpoint - issuer) - origin == strlen("/oauth2"))
        return true;
    return okta_error_set(error,
                          "that is the address of an endpoint, not of the issuer; leave out "
                          "\"%s\": \"%.*s\"",
                          endpoint, (int)(endpoint - issuer), issuer);
}

static bool issuer_check(const char *issuer, bool insecure_http, bool org, okta_error *error)
{
    size_t origin = okta_origin_length(issuer);

    if (!okta_url_check(issuer, insecure_http, error))
        return false;
    if (strchr(issuer, '?'))
        return okta_error_set(error, "an issuer has no query; leave out \"?\" and what follows");
    if (strstr(issuer, ",http") || issuer[strlen(issuer) - 1] == ',')
        return okta_error_set(error, "it holds a comma; write issuers with a space between them, "
                                     "without commas");
    if (strstr(issuer, "/.well-known/"))
        return okta_error_set(error, "that is the address of a metadata document; leave out "
                                     "\"/.well-known/\" and what follows");
    if (!endpoint_check(issuer, origin, error) ||
        (is_oktas_own(issuer, origin) && !okta_path_check(issuer, origin, org, error)))
        return false;
    return port_check(issuer, origin, error) &&
           lower_case_check(issuer, origin, issuer + origin, error);
}

bool okta_issuer_check(const char *issuer, bool insecure_http, okta_error *error)
{
    return issuer_check(issuer, insecure_http, false, error);
}

bool okta_asked_issuer_check(const char *issuer, bool insecure_http, okta_error *error)
{
    return issuer_check(issuer, insecure_http, true, error);
}

bool okta_is_default_server(const char *issuer)
{
    static const char path[] = "/oauth2/" OKTA_DEFAULT_SERVER;
    size_t length = strlen(issuer);

    return length > sizeof(path) - 1 && strcmp(issuer + length - (sizeof(path) - 1), path) == 0;
}
