/* SPDX-License-Identifier: Apache-2.0 */
#include "core/certificate.h"
#include "mint.h"
#include "scarce.h"
#include "world.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <string.h>

/* One self-signed certificate, and its texts. */
static struct {
    char *pem;    /* as OpenSSL writes it */
    char *base64; /* of its DER, on one line */
    char *thumb;  /* by OpenSSL's own digest */
    unsigned char *der;
    int length;
} world;

static char *base64_of(const unsigned char *bytes, int length)
{
    char *text = keep(malloc((size_t)length * 2 + 8));

    EVP_EncodeBlock((unsigned char *)text, bytes, length);
    return text;
}

static void make(void)
{
    EVP_PKEY *key = mint_generate("P-256");
    X509 *certificate = X509_new();
    X509_NAME *name = X509_NAME_new();
    BIO *out = BIO_new(BIO_s_mem());
    unsigned char digest[32], *der;
    char *data;
    long size;

    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"client", -1, -1,
                               0);
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 7);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_subject_name(certificate, name);
    X509_set_issuer_name(certificate, name);
    X509_set_pubkey(certificate, key);
    need(X509_sign(certificate, key, EVP_sha256()) > 0, "signing");
    need(PEM_write_bio_X509(out, certificate) == 1, "writing");
    size = BIO_get_mem_data(out, &data);
    world.pem = text("%.*s", (int)size, data);
    world.length = i2d_X509(certificate, NULL);
    world.der = keep(malloc((size_t)world.length));
    der = world.der;
    i2d_X509(certificate, &der);
    world.base64 = base64_of(world.der, world.length);
    need(X509_digest(certificate, EVP_sha256(), digest, NULL) == 1, "digest");
    world.thumb = base64_of(digest, sizeof(digest));
    world.thumb[43] = '\0';
    for (char *at = world.thumb; *at; at++)
        *at = *at == '+' ? '-' : *at == '/' ? '_' : *at;
    BIO_free(out);
    X509_NAME_free(name);
    X509_free(certificate);
}

static void make_world(void)
{
    if (!world.pem)
        make();
}

static void expect_read(const char *field, const char *what)
{
    char thumbprint[OKTA_THUMBPRINT_LENGTH + 1] = "";
    okta_error error = {""};

    check(okta_certificate_thumbprint(field, thumbprint, &error), "%s: %s", what, error.text);
    check(strcmp(thumbprint, world.thumb) == 0, "%s: %s for %s", what, thumbprint, world.thumb);
}

static void expect_fault(const char *field, const char *words, const char *what)
{
    char thumbprint[OKTA_THUMBPRINT_LENGTH + 1] = "";
    okta_error error = {""};

    check(!okta_certificate_thumbprint(field, thumbprint, &error), "%s was read", what);
    check(strstr(error.text, words), "%s: %s", what, error.text);
}

static char *replaced(const char *in, const char *from, const char *to)
{
    char *out = keep(calloc(1, strlen(in) * (strlen(to) + 1) + 1));
    size_t used = 0;

    for (; *in; in++) {
        if (strncmp(in, from, strlen(from)) == 0) {
            used += (size_t)sprintf(out + used, "%s", to);
            in += strlen(from) - 1;
        } else {
            out[used++] = *in;
        }
    }
    return out;
}

static char *escaped(const char *in, const char *plain)
{
    char *out = keep(malloc(strlen(in) * 3 + 1)), *to = out;

    for (*to = '\0'; *in; in++)
        if (*in >= '0' && strchr(plain, *in))
            *to++ = *in, *to = '\0';
        else
            to += sprintf(to, "%%%02X", (unsigned char)*in);
    return out;
}

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

rule(every_form_gives_the_thumbprint_of_the_der)
{
    make_world();
    expect_read(text(":%s:", world.base64), "RFC 9440");
    expect_read(world.pem, "PEM");
    expect_read(replaced(world.pem, "\n", " "), "PEM with blanks, as mod_headers writes it");
    expect_read(replaced(world.pem, "\n", "\r\n"), "PEM with CR LF");
    expect_read(replaced(world.pem, "\n", "\n\t"), "PEM folded, as nginx once wrote it");
    expect_read(text("-----BEGIN CERTIFICATE-----%s-----END CERTIFICATE-----", world.base64),
                "PEM on one line");
    expect_read(escaped(world.pem, LETTERS "-_.~"), "percent-encoded");
    expect_read(escaped(world.pem, LETTERS), "percent-encoded, hyphens too");
    /* a plus is no blank: AWS leaves + = / as they are */
    expect_read(replaced(replaced(world.pem, "\n", "%0A"), " ", "%20"), "the least of it encoded");
    expect_read(replaced(replaced(world.pem, "\n", "%0a"), " ", "%20"), "in lower case");
}

rule(what_is_not_one_certificate_is_refused)
{
    make_world();
    expect_fault("", "empty", "nothing");
    expect_fault(" ", "neither", "a blank");
    expect_fault(":", "neither", "a colon");
    expect_fault("::", "base64", "two colons");
    expect_fault(world.base64, "neither", "bare base64");
    expect_fault(text(":%s", world.base64), "neither", "no end");
    expect_fault(text(":%s: ", world.base64), "neither", "a blank behind");
    expect_fault(text(":%s:;a=1", world.base64), "neither", "a parameter");
    expect_fault(text(":%s:, :%s:", world.base64, world.base64), "neither", "two of RFC 9440");
    expect_fault(text("%s, %s", world.pem, world.pem), "neither", "two of PEM, joined");
    expect_fault(text("%s%s", world.pem, world.pem), "neither", "two of PEM");
    expect_fault(text("x%s", world.pem), "neither", "text before");
    expect_fault(text("%sx", world.pem), "neither", "text behind");
    expect_fault(replaced(world.pem, " CERT", " TRUSTED CERT"), "neither", "another kind");
    expect_fault("-----BEGIN CERTIFICATE----------END CERTIFICATE-----", "base64", "no content");
    expect_fault("(null)", "neither", "httpd's (null)");
    expect_fault("%", "percent", "an escape without digits");
    expect_fault("-----BEGIN%2", "percent", "an escape cut off");
    expect_fault("-----BEGIN%GG", "percent", "an escape of no digits");
    expect_fault("-----BEGIN%00CERTIFICATE-----", "percent", "NUL");
    expect_fault(escaped(escaped(world.pem, LETTERS), LETTERS), "neither", "encoded twice");
    expect_fault(":AAAA:", "X.509", "no DER");
    expect_fault(":AAA:", "base64", "a length of three");
    expect_fault(":A===:", "base64", "three of padding");
    expect_fault(":AA=A:", "base64", "padding within");
    expect_fault(":AA-_:", "base64", "base64url");
    expect_fault(":AA\xc3\xa9:", "base64", "UTF-8");
    expect_fault(text(": %s:", world.base64), "base64", "a blank within RFC 9440");
}

rule(the_der_is_read_to_its_last_byte)
{
    unsigned char *more;

    make_world();
    more = keep(calloc(1, (size_t)world.length + 3));
    memcpy(more, world.der, (size_t)world.length);
    for (int extra = 1; extra <= 3; extra++)
        expect_fault(text(":%s:", base64_of(more, world.length + extra)), "X.509", "bytes behind");
    for (int length = 1; length < world.length; length += 7)
        expect_fault(text(":%s:", base64_of(world.der, length)), "X.509", "cut off");
}

static bool read_it(void *baton)
{
    char thumbprint[OKTA_THUMBPRINT_LENGTH + 1] = "";
    okta_error error = {""};
    const bool made = okta_certificate_thumbprint(baton, thumbprint, &error);

    if (made ? strcmp(thumbprint, world.thumb) != 0 : armed && !okta_error_is_no_memory(&error))
        abort(); /* a good client would be told that his certificate is another one, or is none */
    return made;
}

/* Its stack may be that of one before, with the right digest on it. */
static void spoil_stack(void)
{
    volatile unsigned char junk[65536];

    for (size_t i = 0; i < sizeof(junk); i++)
        junk[i] = 0xa5;
}

static void *be_thread(void *baton)
{
    spoil_stack();
    return read_it(baton) ? baton : NULL;
}

/* A thread that has read none yet. */
static bool read_in_thread(void *baton)
{
    pthread_t thread;
    void *made;

    need(pthread_create(&thread, NULL, be_thread, baton) == 0, "no thread");
    pthread_join(thread, &made);
    return made != NULL;
}

rule(a_thumbprint_is_right_or_memory_is_to_blame)
{
    make_world();
    expect_survival("PEM", read_it, world.pem, true);
    expect_survival("RFC 9440", read_in_thread, text(":%s:", world.base64), true);
}
