/* SPDX-License-Identifier: Apache-2.0 */
#include "fetch/reach.h"

#include "fetch/curl_trust.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

static okta_reach_step step_of(CURLcode code, long proxy_status)
{
    switch (code) {
    case CURLE_OK:
        return OKTA_REACH_DONE;
    case CURLE_COULDNT_RESOLVE_PROXY:
        return OKTA_REACH_PROXY_NAME;
    case CURLE_COULDNT_RESOLVE_HOST:
        return OKTA_REACH_NAME;
    case CURLE_SSL_CONNECT_ERROR:
        return OKTA_REACH_TLS;
    default:
        /* an answer to CONNECT that is no 2xx has one of several codes */
        return proxy_status >= 300 ? OKTA_REACH_PROXY : OKTA_REACH_CONNECT;
    }
}

static bool append(char **text, const char *more)
{
    size_t length = *text ? strlen(*text) : 0, added = strlen(more);
    char *grown = realloc(*text, length + added + 2);

    if (!grown)
        return false;
    memcpy(grown + length, more, added + 1);
    grown[length + added] = '\n';
    grown[length + added + 1] = '\0';
    *text = grown;
    return true;
}

static void keep_chain(okta_reach *reach, CURL *easy)
{
    static const char name[] = "Cert:";
    struct curl_certinfo *info = NULL;

    if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) != CURLE_OK || !info)
        return;
    for (int i = 0; i < info->num_of_certs; i++)
        for (const struct curl_slist *line = info->certinfo[i]; line; line = line->next)
            if (strncmp(line->data, name, sizeof(name) - 1) == 0 &&
                !append(&reach->chain, line->data + sizeof(name) - 1))
                return;
}

static void set_up(CURL *easy, const char *url, const okta_fetch_settings *settings, char *cause)
{
    curl_easy_setopt(easy, CURLOPT_URL, url);
    if (settings->proxy) {
        curl_easy_setopt(easy, CURLOPT_PROXY, settings->proxy);
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    }
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    if (strncmp(url, "https:", 6) == 0)
        curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
    /* a name server that does not answer takes longer than the time limit */
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, settings->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, cause);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (settings->ca_file) {
        curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, OKTA_NO_AUTHORITIES);
        curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, settings->ca_file);
    }
    /* the certificate is to be looked at, above all where it is bad; nothing is sent */
    curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
}

/* libcurl tells nobody which proxy it took from the environment. */
static bool has_proxy(const okta_fetch_settings *settings, const char *url)
{
    const char *name = strncmp(url, "https:", 6) == 0 ? "https_proxy" : "http_proxy";
    const char *value = settings->proxy;

    if (!value)
        value = getenv(name);
    if (!value && name[4] == 's')
        value = getenv("HTTPS_PROXY");
    if (!value && !settings->proxy)
        value = getenv("all_proxy");
    return value && *value;
}

void okta_reach_try(okta_reach *reach, const char *url, const okta_fetch_settings *settings)
{
    char cause[CURL_ERROR_SIZE] = "";
    CURL *easy = curl_easy_init();
    long proxy_status = 0;
    curl_off_t resolved = 0;
    const char *address = NULL;
    CURLcode code;

    memset(reach, 0, sizeof(*reach));
    reach->by_proxy = has_proxy(settings, url);
    if (!easy) {
        okta_error_set_no_memory(&reach->error);
        reach->step = OKTA_REACH_CONNECT;
        return;
    }
    set_up(easy, url, settings, cause);
    code = curl_easy_perform(easy);
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
    curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved);
    okta_text_format(reach->address, sizeof(reach->address), "%s", address ? address : "");
    if (code == CURLE_OPERATION_TIMEDOUT && resolved == 0)
        code = reach->by_proxy ? CURLE_COULDNT_RESOLVE_PROXY : CURLE_COULDNT_RESOLVE_HOST;
    reach->step = step_of(code, proxy_status);
    if (code == CURLE_OK)
        keep_chain(reach, easy);
    else
        /* of a proxy that it cannot parse libcurl repeats the whole URL, password and all */
        okta_error_set(&reach->error, "%s",
                       cause[0] && !strchr(cause, '@') ? cause : curl_easy_strerror(code));
    curl_easy_cleanup(easy);
}

void okta_reach_clear(okta_reach *reach)
{
    free(reach->chain);
    reach->chain = NULL;
}
