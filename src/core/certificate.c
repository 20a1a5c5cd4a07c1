/* SPDX-License-Identifier: Apache-2.0 */
#include "core/certificate.h"

#include "core/base64url.h"
#include "core/crypto_errors.h"
#include "core/digest.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"
#define BLANKS " \t\r\n"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* In place. */
static bool unescape(char *text)
{
    char *to = text;

    for (; *text; text++) {
        int high, low;

        if (*text != '%') {
            *to++ = *text;
            continue;
        }
        high = hex_digit(text[1]);
        low = high < 0 ? -1 : hex_digit(text[2]);
        if (low < 0 || high + low == 0)
            return false;
        *to++ = (char)(high * 16 + low);
        text += 2;
    }
    *to = '\0';
    return true;
}

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* In place; returns the new end. */
static char *without_blanks(char *text, const char *end)
{
    char *to = text;

    for (; text < end; text++)
        if (!strchr(BLANKS, *text))
            *to++ = *text;
    return to;
}

/* The base64 between the marks, in place and terminated; NULL: there are none, or more. */
static char *between_marks(char *text)
{
    char *end;

    if (*text == ':') {
        end = strchr(++text, ':');
        if (!end || end[1])
            return NULL;
    } else {
        if (!has_prefix(text, BEGIN))
            return NULL;
        text += strlen(BEGIN);
        end = strstr(text, END);
        if (!end || end[strlen(END) + strspn(end + strlen(END), BLANKS)])
            return NULL;
        end = without_blanks(text, end);
    }
    *end = '\0';
    return text;
}

/* 0: it is no base64. der holds as many bytes as text has. */
static size_t decode(const char *text, unsigned char *der)
{
    size_t length = strlen(text), used = strspn(text, alphabet), padding = length - used;
    int decoded;

    if (length == 0 || length > INT_MAX || length % 4 != 0 || padding > 2 ||
        strspn(text + used, "=") != padding)
        return 0;
    decoded = EVP_DecodeBlock(der, (const unsigned char *)text, (int)length);
    return decoded > 0 ? (size_t)decoded - padding : 0;
}

/* X.509 from the first byte to the last one. */
static bool is_certificate(const unsigned char *der, size_t length, okta_error *error)
{
    const unsigned char *at = der;
    okta_crypto_errors errors;
    X509 *certificate;
    bool whole;

    okta_crypto_errors_begin(&errors);
    certificate = d2i_X509(NULL, &at, (long)length);
    whole = certificate && at == der + length;
    X509_free(certificate);
    if (okta_crypto_errors_end(&errors) == OKTA_CRYPTO_LEFT_NO_MEMORY && !whole)
        return okta_error_set_no_memory(error);
    return whole || okta_error_set(error, "what it holds is no X.509 certificate");
}

static bool read_it(char *text, unsigned char *der, char thumbprint[OKTA_THUMBPRINT_LENGTH + 1],
                    okta_error *error)
{
    unsigned char digest[OKTA_DIGEST_BYTES];
    size_t length;

    if (*text != ':' && strchr(text, '%') && !unescape(text))
        return okta_error_set(error, "its percent-encoding is malformed");
    text = between_marks(text);
    if (!text)
        return okta_error_set(error, "it is neither :base64: (RFC 9440) nor one certificate as "
                                     "PEM");
    length = decode(text, der);
    if (length == 0)
        return okta_error_set(error, "what it holds is no base64");
    if (!is_certificate(der, length, error))
        return false;
    if (!okta_digest(der, length, digest))
        return okta_error_set_no_memory(error);
    okta_base64url_encode(digest, sizeof(digest), thumbprint);
    return true;
}

bool okta_certificate_thumbprint(const char *text, char thumbprint[OKTA_THUMBPRINT_LENGTH + 1],
                                 okta_error *error)
{
    size_t size = strlen(text) + 1;
    char *copy = size > 1 ? malloc(2 * size) : NULL;
    bool good;

    if (size == 1)
        return okta_error_set(error, "it is empty");
    if (!copy)
        return okta_error_set_no_memory(error);
    memcpy(copy, text, size);
    good = read_it(copy, (unsigned char *)copy + size, thumbprint, error);
    free(copy);
    return good;
}
