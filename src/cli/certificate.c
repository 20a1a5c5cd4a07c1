/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

static STACK_OF(X509) * read_chain(const char *pem)
{
    STACK_OF(X509) *chain = sk_X509_new_null();
    BIO *bio = BIO_new_mem_buf(pem, -1);
    X509 *one;

    while (chain && bio && (one = PEM_read_bio_X509(bio, NULL, NULL, NULL)))
        if (!sk_X509_push(chain, one))
            X509_free(one);
    BIO_free(bio);
    return chain;
}

static int64_t seconds_of(const ASN1_TIME *date)
{
    struct tm broken;

    return ASN1_TIME_to_tm(date, &broken) == 1 ? (int64_t)timegm(&broken) : 0;
}

static void add_name(okta_certificate *certificate, const char *name)
{
    size_t used = strlen(certificate->names);

    okta_text_format(certificate->names + used, sizeof(certificate->names) - used, "%s%s",
                     used ? ", " : "", name);
}

static void add_address(okta_certificate *certificate, const ASN1_OCTET_STRING *address)
{
    char *text = i2s_ASN1_OCTET_STRING(NULL, address);
    const unsigned char *bytes = ASN1_STRING_get0_data(address);
    char dotted[64];

    if (ASN1_STRING_length(address) == 4) {
        okta_text_format(dotted, sizeof(dotted), "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2],
                         bytes[3]);
        add_name(certificate, dotted);
    } else if (text) {
        add_name(certificate, text);
    }
    OPENSSL_free(text);
}

static void list_names(okta_certificate *certificate, X509 *leaf)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);

    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        char text[128];

        if (name->type == GEN_IPADD)
            add_address(certificate, name->d.iPAddress);
        if (name->type != GEN_DNS)
            continue;
        okta_text_copy(text, sizeof(text), (const char *)ASN1_STRING_get0_data(name->d.dNSName),
                       (size_t)ASN1_STRING_length(name->d.dNSName));
        add_name(certificate, text);
    }
    GENERAL_NAMES_free(names);
}

static void name_issuer(okta_certificate *certificate, const X509 *last)
{
    char text[160] = "";
    X509_NAME *name = X509_get_issuer_name(last);

    if (X509_NAME_get_text_by_NID(name, NID_commonName, text, sizeof(text)) < 0)
        X509_NAME_get_text_by_NID(name, NID_organizationName, text, sizeof(text));
    okta_text_copy(certificate->issuer, sizeof(certificate->issuer), text, strlen(text));
}

static bool is_for(X509 *leaf, const char *host)
{
    return X509_check_ip_asc(leaf, host, 0) == 1 || X509_check_host(leaf, host, 0, 0, NULL) == 1;
}

/* X509_V_OK, or the first fault of the chain. */
static int fault_of_chain(X509 *leaf, STACK_OF(X509) * chain, const char *ca_file)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    int fault = X509_V_ERR_UNSPECIFIED;

    if (store && context &&
        (ca_file ? X509_STORE_load_file(store, ca_file) : X509_STORE_set_default_paths(store)) ==
            1 &&
        X509_STORE_CTX_init(context, store, leaf, chain) == 1) {
        X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER);
        fault = X509_verify_cert(context) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context);
    }
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return fault;
}

static okta_certificate_fault meaning_of(int fault)
{
    switch (fault) {
    case X509_V_OK:
        return OKTA_CERTIFICATE_GOOD;
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return OKTA_CERTIFICATE_EXPIRED;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return OKTA_CERTIFICATE_NOT_YET;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
        return OKTA_CERTIFICATE_UNKNOWN_AUTHORITY;
    default:
        return OKTA_CERTIFICATE_CHAIN;
    }
}

static void judge(okta_certificate *certificate, STACK_OF(X509) * chain, const char *host,
                  const char *ca_file, int64_t now)
{
    X509 *leaf = sk_X509_value(chain, 0);
    int fault;

    certificate->sent = (unsigned int)sk_X509_num(chain);
    certificate->not_before = seconds_of(X509_get0_notBefore(leaf));
    certificate->not_after = seconds_of(X509_get0_notAfter(leaf));
    list_names(certificate, leaf);
    name_issuer(certificate, sk_X509_value(chain, sk_X509_num(chain) - 1));
    fault = fault_of_chain(leaf, chain, ca_file);
    okta_text_format(certificate->detail, sizeof(certificate->detail), "%s",
                     X509_verify_cert_error_string(fault));
    /* what the owner of the server has to mend comes before what its visitors may */
    certificate->fault = certificate->not_after <= now   ? OKTA_CERTIFICATE_EXPIRED
                         : certificate->not_before > now ? OKTA_CERTIFICATE_NOT_YET
                         : !is_for(leaf, host)           ? OKTA_CERTIFICATE_OTHER_NAME
                                                         : meaning_of(fault);
}

void okta_certificate_judge(okta_certificate *certificate, const char *pem, const char *host,
                            const char *ca_file, int64_t now)
{
    STACK_OF(X509) *chain = read_chain(pem);

    memset(certificate, 0, sizeof(*certificate));
    certificate->fault = OKTA_CERTIFICATE_UNREADABLE;
    if (chain && sk_X509_num(chain) > 0)
        judge(certificate, chain, host, ca_file, now);
    sk_X509_pop_free(chain, X509_free);
    ERR_clear_error();
}
