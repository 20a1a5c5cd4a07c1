/* SPDX-License-Identifier: Apache-2.0 */
#include "fetch/curl_trust.h"

static bool refused(CURLcode code, const char *what, okta_error *error)
{
    if (code != CURLE_OK)
        okta_error_set(error, "libcurl does not take %s: %s", what, curl_easy_strerror(code));
    return code != CURLE_OK;
}

static bool restrict_protocols(CURL *easy, bool insecure_http, okta_error *error)
{
    CURLcode code;

#if LIBCURL_VERSION_NUM >= 0x075500
    const char *allowed = insecure_http ? "http,https" : "https";

    code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, allowed);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, allowed);
#else
    long allowed = insecure_http ? CURLPROTO_HTTP | CURLPROTO_HTTPS : CURLPROTO_HTTPS;

    code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS, allowed);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS, allowed);
#endif
    return !refused(code, "the protocols", error);
}

/* Certificates and names are checked, of the proxy as of the issuer, by RFC 9325's versions. */
static bool require_certificates(CURL *easy, okta_error *error)
{
    static const struct {
        CURLoption option;
        long value;
        const char *what;
    } needed[] = {
        {CURLOPT_SSL_VERIFYPEER, 1L, "SSL_VERIFYPEER"},
        {CURLOPT_SSL_VERIFYHOST, 2L, "SSL_VERIFYHOST"},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2, "SSLVERSION"},
        {CURLOPT_PROXY_SSL_VERIFYPEER, 1L, "PROXY_SSL_VERIFYPEER"},
        {CURLOPT_PROXY_SSL_VERIFYHOST, 2L, "PROXY_SSL_VERIFYHOST"},
        {CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2, "PROXY_SSLVERSION"},
        /* no authorities of the operating system beside the file or the bundle */
        {CURLOPT_SSL_OPTIONS, 0L, "SSL_OPTIONS"},
        {CURLOPT_PROXY_SSL_OPTIONS, 0L, "PROXY_SSL_OPTIONS"},
    };

    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        if (refused(curl_easy_setopt(easy, needed[i].option, needed[i].value), needed[i].what,
                    error))
            return false;
#if LIBCURL_VERSION_NUM >= 0x075700
    /* an authority that leaves the bundle is not believed for another day */
    curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L);
#endif
    return true;
}

/* CURLE_NOT_BUILT_IN or the like where this libcurl cannot: the file is named then. */
static CURLcode set_ca_text(CURL *easy, const okta_fetch_settings *settings)
{
#if LIBCURL_VERSION_NUM >= 0x074d00
    struct curl_blob blob = {(void *)settings->ca_pem, settings->ca_length, CURL_BLOB_COPY};
    CURLcode code =
        settings->ca_pem ? curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob) : CURLE_NOT_BUILT_IN;

    return code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO_BLOB, &blob) : code;
#else
    (void)easy;
    (void)settings;
    return CURLE_NOT_BUILT_IN;
#endif
}

/* A CA file stands in place of the system's authorities. Their directory (CURLOPT_CAPATH) has a
 * default of its own, which CURLOPT_CAINFO leaves; a proxy has both options once more. */
static bool choose_authorities(CURL *easy, const okta_fetch_settings *settings, okta_error *error)
{
    const char *file = settings->ca_file;
    CURLcode code, path, proxy_path;

    if (!file && !settings->ca_pem)
        return true;
    if (settings->ca_pem && settings->ca_length == 0)
        return okta_error_set(error, "no certificate authorities could be read from %s",
                              file ? file : "the CA file");
    path = curl_easy_setopt(easy, CURLOPT_CAPATH, OKTA_NO_AUTHORITIES);
    proxy_path = curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, OKTA_NO_AUTHORITIES);
    /* a TLS library without such directories has none to forget */
    if ((path != CURLE_NOT_BUILT_IN && refused(path, "CAPATH", error)) ||
        (proxy_path != CURLE_NOT_BUILT_IN && refused(proxy_path, "PROXY_CAPATH", error)))
        return false;
    if (set_ca_text(easy, settings) == CURLE_OK)
        return true;
    code = curl_easy_setopt(easy, CURLOPT_CAINFO, file);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, file);
    return !refused(code, "the CA file", error);
}

/* Nothing that stands in the environment, in files of the user or in an earlier answer leads
 * elsewhere: with a proxy configured, or none, that is what holds. */
static bool choose_way(CURL *easy, const okta_fetch_settings *settings, okta_error *error)
{
    if (settings->proxy &&
        (refused(curl_easy_setopt(easy, CURLOPT_PROXY, settings->proxy), "the proxy", error) ||
         refused(curl_easy_setopt(easy, CURLOPT_NOPROXY, ""), "NOPROXY", error)))
        return false;
    curl_easy_setopt(easy, CURLOPT_PRE_PROXY, NULL);
    /* the proxy's answer to CONNECT is not the issuer's */
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_UNRESTRICTED_AUTH, 0L);
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, NULL);
    curl_easy_setopt(easy, CURLOPT_ABSTRACT_UNIX_SOCKET, NULL);
    curl_easy_setopt(easy, CURLOPT_DOH_URL, NULL);
    curl_easy_setopt(easy, CURLOPT_COOKIEFILE, NULL);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, NULL);
#if LIBCURL_VERSION_NUM >= 0x074a00
    curl_easy_setopt(easy, CURLOPT_HSTS_CTRL, 0L);
#endif
    return true;
}

bool okta_curl_trust(CURL *easy, const okta_fetch_settings *settings, okta_error *error)
{
    return restrict_protocols(easy, settings->insecure_http, error) &&
           require_certificates(easy, error) && choose_authorities(easy, settings, error) &&
           choose_way(easy, settings, error);
}
