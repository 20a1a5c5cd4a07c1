/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_reach.h"

#include "cli/certificate.h"
#include "cli/clock.h"
#include "core/issuer.h"
#include "fetch/reach.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#define DAY INT64_C(86400)
#define DAYS_TO_WARN 14

/* Host and port of a URL for people; the host alone, without brackets, into host. */
static void split_origin(const char *url, char *authority, char *host, size_t size)
{
    const char *start = strstr(url, "://");
    size_t length;
    char *port;

    start = start ? start + 3 : url;
    length = strcspn(start, "/?#");
    okta_text_copy(authority, size, start, length);
    okta_text_copy(host, size, start + (*start == '['), length - (*start == '['));
    port = *start == '[' ? strchr(host, ']') : strrchr(host, ':');
    if (port)
        *port = '\0';
}

/* httpd does not look at the variables that the shell's programs go by. */
static const char *proxy_of_shell(const okta_way *way)
{
    static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy"};

    if (!way->of_httpd || *way->network->proxy)
        return NULL;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = getenv(names[i]);

        if (value && *value)
            return names[i];
    }
    return NULL;
}

static void remedy_of_shell(okta_findings *f, const char *variable)
{
    okta_findings_remedy(f,
                         "this shell goes through a proxy (%s), and httpd does not look at that "
                         "variable: set OktaHttpProxy to its value",
                         variable);
}

static void explain_name(okta_findings *f, const okta_way *way, const okta_reach *reach,
                         const char *host)
{
    const char *shell = proxy_of_shell(way);

    if (reach->step == OKTA_REACH_PROXY_NAME) {
        okta_found(f, OKTA_LEVEL_FAILURE, "proxy", "the name of the proxy has no address (%s)",
                   reach->error.text);
        okta_findings_remedy(f, "correct the host in %s", way->proxy_word);
        return;
    }
    okta_found(f, OKTA_LEVEL_FAILURE, "name", "the host name \"%s\" has no address (%s)", host,
               reach->error.text);
    if (shell)
        remedy_of_shell(f, shell);
    else
        okta_findings_remedy(f,
                             "correct the host in %s; if it is right, mend this machine's name "
                             "resolution (/etc/resolv.conf)",
                             way->host_word);
}

static void explain_connection(okta_findings *f, const okta_way *way, const okta_reach *reach,
                               const char *authority)
{
    const char *shell = proxy_of_shell(way);

    if (reach->by_proxy) {
        okta_found(f, OKTA_LEVEL_FAILURE, "proxy", "the proxy cannot be reached (%s)",
                   reach->error.text);
        okta_findings_remedy(f, "correct host and port in %s, or start the proxy", way->proxy_word);
        return;
    }
    okta_found(f, OKTA_LEVEL_FAILURE, "connection", "nobody answers at %s (%s)", authority,
               reach->error.text);
    if (way->unanswered)
        okta_findings_remedy(f, "%s", way->unanswered);
    else if (shell)
        remedy_of_shell(f, shell);
    else
        okta_findings_remedy(f,
                             "let this machine reach %s through the firewall, or name the proxy "
                             "that leads there with %s",
                             authority, way->proxy_word);
}

static void explain(okta_findings *f, const okta_way *way, const okta_reach *reach,
                    const char *authority, const char *host)
{
    const char *proxy = way->proxy_word;

    switch (reach->step) {
    case OKTA_REACH_PROXY_NAME:
    case OKTA_REACH_NAME:
        explain_name(f, way, reach, host);
        break;
    case OKTA_REACH_PROXY:
        okta_found(f, OKTA_LEVEL_FAILURE, "proxy", "the proxy refuses to connect to %s (%s)",
                   authority, reach->error.text);
        okta_findings_remedy(f,
                             "have the proxy let httpd through to %s; where it wants a user and a "
                             "password, write them into %s (http://user:password@host:port)",
                             authority, proxy);
        break;
    case OKTA_REACH_TLS:
        okta_found(f, OKTA_LEVEL_FAILURE, "tls", "%s does not speak TLS 1.2 or 1.3 with us (%s)",
                   authority, reach->error.text);
        okta_findings_remedy(f, "correct the port, or have that server speak TLS 1.2 or later");
        break;
    case OKTA_REACH_CONNECT:
    case OKTA_REACH_DONE:
    default:
        explain_connection(f, way, reach, authority);
    }
}

static void explain_certificate(okta_findings *f, const okta_way *way, const okta_certificate *c,
                                const char *host, int64_t now)
{
    const char *ca = way->ca_word;
    char date[OKTA_TIME_BYTES], length[OKTA_TIME_BYTES];

    switch (c->fault) {
    case OKTA_CERTIFICATE_EXPIRED:
        okta_found(f, OKTA_LEVEL_FAILURE, "certificate", "it expired %s ago, on %s",
                   okta_time_length(now - c->not_after, length),
                   okta_time_format(c->not_after, date));
        okta_findings_remedy(f,
                             "have it renewed at \"%s\"; if the date of this machine is wrong, "
                             "set the clock",
                             host);
        break;
    case OKTA_CERTIFICATE_NOT_YET:
        okta_found(f, OKTA_LEVEL_FAILURE, "certificate", "it is not valid before %s",
                   okta_time_format(c->not_before, date));
        okta_findings_remedy(f, "set the clock of this machine, which is probably behind");
        break;
    case OKTA_CERTIFICATE_OTHER_NAME:
        okta_found(f, OKTA_LEVEL_FAILURE, "certificate", "it is for %s, not for \"%s\"",
                   c->names[0] ? c->names : "no name", host);
        okta_findings_remedy(f,
                             "write the host as the certificate has it, or have that server "
                             "present a certificate for \"%s\"",
                             host);
        break;
    case OKTA_CERTIFICATE_UNKNOWN_AUTHORITY:
        okta_found(f, OKTA_LEVEL_FAILURE, "certificate",
                   "\"%s\", who signed it, is no authority that is trusted here (%s)", c->issuer,
                   c->detail);
        okta_findings_remedy(
            f,
            "name the authority's certificate with %s if it is a private one or a proxy that opens "
            "TLS; if it is a public one, install the package ca-certificates%s",
            ca, c->sent == 1 ? ", or have that server send its intermediate certificate" : "");
        break;
    case OKTA_CERTIFICATE_UNREADABLE:
    case OKTA_CERTIFICATE_CHAIN:
    case OKTA_CERTIFICATE_GOOD:
    default:
        okta_found(f, OKTA_LEVEL_FAILURE, "certificate", "it is refused: %s", c->detail);
        okta_findings_remedy(f, "have that server present a certificate that OpenSSL accepts");
    }
}

static bool check_certificate(okta_findings *f, const okta_way *way, const char *chain,
                              const char *host)
{
    okta_certificate certificate;
    int64_t now = okta_time_now(), days;
    char date[OKTA_TIME_BYTES];

    okta_certificate_judge(&certificate, chain, host, way->network->ca_file, now);
    if (certificate.fault != OKTA_CERTIFICATE_GOOD) {
        explain_certificate(f, way, &certificate, host, now);
        return false;
    }
    days = (certificate.not_after - now) / DAY;
    okta_found(f, days < DAYS_TO_WARN ? OKTA_LEVEL_WARNING : OKTA_LEVEL_OK, "certificate",
               "it is for \"%s\", by \"%s\", and good for another %lld days, until %s", host,
               certificate.issuer, (long long)days, okta_time_format(certificate.not_after, date));
    if (days < DAYS_TO_WARN)
        okta_findings_remedy(f, "have it renewed at \"%s\" before it ends", host);
    return true;
}

static void tell_way(okta_findings *f, const okta_way *way, const okta_reach *reach,
                     const char *authority)
{
    if (!reach->by_proxy) {
        okta_found(f, OKTA_LEVEL_OK, "name", "it has the address %s", reach->address);
        okta_found(f, OKTA_LEVEL_OK, "connection", "%s answers", authority);
        return;
    }
    okta_found(f, OKTA_LEVEL_OK, "proxy", "the proxy at %s leads to %s", reach->address, authority);
    if (way->proxy_credentials) {
        okta_found(f, OKTA_LEVEL_WARNING, "proxy",
                   "the configuration has a user and a password for it, which were not tried");
        okta_findings_remedy(f, "give the proxy's whole URL with --proxy to try them");
    }
}

bool okta_check_reach(okta_findings *f, const okta_way *way)
{
    const okta_fetch_settings settings = okta_network_settings(way->network);
    char authority[300], host[300];
    okta_reach reach;
    bool good;

    split_origin(way->url, authority, host, sizeof(host));
    okta_reach_try(&reach, way->url, &settings);
    good = reach.step == OKTA_REACH_DONE;
    if (good)
        tell_way(f, way, &reach, authority);
    else
        explain(f, way, &reach, authority, host);
    if (good && reach.chain)
        good = check_certificate(f, way, reach.chain, host);
    okta_reach_clear(&reach);
    return good;
}
