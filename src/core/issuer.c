#include "core/issuer.h"

#include <ctype.h>
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

static bool is_host_character(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == '.';
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
        if (!is_host_character(*p))
            return okta_error_set(error,
                                  "'%c' has no place in a host name; write it as in "
                                  "\"integrator-123456.okta.com\"",
                                  *p);
    if (!strchr(domain, '.') || domain[0] == '.')
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
    if (length >= 2 && host[0] == '[' && host[length - 1] == ']') {
        host++;
        length -= 2;
    }
    if (length == 3 && memcmp(host, "::1", 3) == 0)
        return true;
    if (length == 9 && strncasecmp(host, "localhost", 9) == 0)
        return true;
    /* an address, not a name such as 127.0.0.1.example.com */
    if (length < 9 || length > 15 || memcmp(host, "127.", 4) != 0)
        return false;
    for (size_t i = 4; i < length; i++)
        if (!isdigit((unsigned char)host[i]) && host[i] != '.')
            return false;
    return true;
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
    const char *port;

    if (okta_is_placeholder(url))
        return placeholder_error(error);
    for (const char *p = url; *p; p++)
        if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7f)
            return okta_error_set(error,
                                  "it holds a character that no URL holds; percent-encode it");
    if (memchr(host, '@', host_length))
        return okta_error_set(error, "it holds a user name; leave it out");
    port = host_length && host[0] == '[' ? memchr(host, ']', host_length) : host;
    port = port ? memchr(port, ':', host_length - (size_t)(port - host)) : NULL;
    if (port)
        host_length = (size_t)(port - host);
    if (!scheme_check(url, host, host_length, insecure_http, error))
        return false;
    if (strchr(url, '#'))
        return okta_error_set(error, "it has a fragment; leave out \"#\" and what follows");
    return host_check(host, host_length, error);
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
    if (length == origin && okta_suffix_of(issuer, length))
        return okta_error_set(error, "that is the org authorization server, whose tokens cannot be "
                                     "verified locally; append \"/oauth2/default\" or "
                                     "\"/oauth2/<id>\" of a custom authorization server");
    return true;
}
