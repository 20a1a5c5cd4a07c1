/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/trust.h"

#include "httpd/log.h"
#include "httpd/whole_file.h"

#include <apr_strings.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#define CA_BYTES_MAX 16777216
#define OF_A_FILE "ca=none proxy=none insecure_http=off"

static bool has_certificate(const char *pem, apr_size_t length)
{
    BIO *bio = BIO_new_mem_buf(pem, (int)length);
    X509 *certificate;

    ERR_set_mark();
    certificate = bio ? PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL) : NULL;
    ERR_pop_to_mark();
    X509_free(certificate);
    BIO_free(bio);
    return certificate != NULL;
}

/* The file, or NULL when nothing can be trusted by it. */
static const char *read_authorities(apr_pool_t *pool, const char *path, apr_size_t *length)
{
    const char *pem = okta_whole_file_read(pool, path, CA_BYTES_MAX, "", length, NULL);

    return pem && has_certificate(pem, *length) ? pem : NULL;
}

/* The file that another issuer has read already, else it is read here. */
static void read_ca(okta_issuer *issuer, apr_pool_t *pconf)
{
    const apr_array_header_t *issuers = okta_registry_get()->issuers;
    const char *path = issuer->settings.ca_file;

    for (int i = 0; i < issuer->index; i++) {
        const okta_issuer *other = APR_ARRAY_IDX(issuers, i, okta_issuer *);

        if (other->trust.ca_pem && strcmp(other->settings.ca_file, path) == 0) {
            issuer->trust = other->trust;
            return;
        }
    }
    issuer->trust.ca_pem = read_authorities(pconf, path, &issuer->trust.ca_length);
    if (issuer->trust.ca_pem)
        return;
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, issuer->server,
                 OKTA_TAG_KEYS
                 "OktaCAFile \"%s\": no certificates in it that can be read; no key set is fetched "
                 "by it, and keys that are there serve until they expire; put the certificate "
                 "authorities there, as PEM, and restart gracefully",
                 path);
    issuer->trust.ca_pem = "";
    issuer->trust.ca_length = 0;
}

static const char *digest_of(apr_pool_t *pool, const char *bytes, apr_size_t length)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    char *text = apr_palloc(pool, 2 * sizeof(digest) + 1);
    size_t digest_length = 0;

    if (length == 0 ||
        EVP_Q_digest(NULL, "SHA256", NULL, bytes, length, digest, &digest_length) != 1)
        return "unknown";
    for (size_t i = 0; i < digest_length; i++)
        apr_snprintf(text + 2 * i, 3, "%02x", digest[i]);
    return text;
}

/* A password is no part of whom we trust, and the text is written to files. */
const char *okta_trust_without_user(apr_pool_t *pool, const char *url)
{
    const char *at = strrchr(url, '@'), *scheme = strstr(url, "://");

    if (!at)
        return url;
    if (!scheme)
        return at + 1;
    return apr_pstrcat(pool, apr_pstrmemdup(pool, url, (apr_size_t)(scheme + 3 - url)), at + 1,
                       NULL);
}

void okta_trust_settle(apr_pool_t *pconf, apr_pool_t *ptemp)
{
    const apr_array_header_t *issuers = okta_registry_get()->issuers;

    for (int i = 0; i < issuers->nelts; i++) {
        okta_issuer *issuer = APR_ARRAY_IDX(issuers, i, okta_issuer *);
        const okta_issuer_settings *settings = &issuer->settings;
        const char *ca = "system";

        if (settings->jwks_file) {
            issuer->trust.text = OF_A_FILE;
            continue;
        }
        if (settings->ca_file) {
            read_ca(issuer, pconf);
            ca = digest_of(ptemp, issuer->trust.ca_pem, issuer->trust.ca_length);
        }
        issuer->trust.text = apr_psprintf(
            pconf, "ca=%s proxy=%s insecure_http=%s", ca,
            settings->proxy[0] ? okta_trust_without_user(ptemp, settings->proxy) : "none",
            settings->insecure_http > 0 ? "on" : "off");
    }
}
