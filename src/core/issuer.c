#include "core/issuer.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
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

bool okta_is_placeholder(const char *value)
{
    return strpbrk(value, "{}<>") != NULL || strcasestr(value, "yourOktaDomain") != NULL;
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
    for (const char *p = domain; *p; p++)
        if (!isalnum((unsigned char)*p) && *p != '-' && *p != '.')
            return okta_error_set(error,
                                  "'%c' has no place in a host name; write it as in "
                                  "\"integrator-123456.okta.com\"",
                                  *p);
    if (!is_host_name(domain, strlen(domain)) || !strchr(domain, '.'))
        return okta_error_set(error, "it is no full host name; write it as in "
                                     "\"integrator-123456.okta.com\"");
    return host_check(domain, strlen(domain), error);
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

/* An organization's own address, with or without the default port. */
static bool is_okta_origin(const char *url, size_t length)
{
    static const char port[] = ":443";

    if (ends_with(url, length, port))
        length -= sizeof(port) - 1;
    return okta_suffix_of(url, length) != NULL;
}

bool okta_issuer_check(const char *issuer, bool insecure_http, okta_error *error)
{
    size_t length = strlen(issuer);
    size_t origin = okta_origin_length(issuer);

    if (!okta_url_check(issuer, insecure_http, error))
        return false;
    if (strchr(issuer, '?'))
        return okta_error_set(error, "an issuer has no query; leave out \"?\" and what follows");
    if (length > origin && issuer[length - 1] == '/')
        return okta_error_set(error, "it ends in a slash and Okta's issuers do not; leave out the "
                                     "trailing slash");
    if (strstr(issuer, "/.well-known/"))
        return okta_error_set(error, "that is the address of a metadata document; leave out "
                                     "\"/.well-known/\" and what follows");
    if (length == origin && is_okta_origin(issuer, length))
        return okta_error_set(error, "that is the org authorization server, whose tokens cannot be "
                                     "verified locally; append \"/oauth2/default\" or "
                                     "\"/oauth2/<id>\" of a custom authorization server");
    return true;
}

bool okta_is_default_server(const char *issuer)
{
    static const char path[] = "/oauth2/" OKTA_DEFAULT_SERVER;
    size_t length = strlen(issuer);

    return length > sizeof(path) - 1 && strcmp(issuer + length - (sizeof(path) - 1), path) == 0;
}
