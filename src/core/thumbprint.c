/* SPDX-License-Identifier: Apache-2.0 */
#include "core/thumbprint.h"

#include "core/base64url.h"
#include "core/digest.h"
#include "core/jwk.h"

#include <openssl/evp.h>
#include <string.h>

/* Names and values around the numbers, with room to spare. */
#define FRAME_MAX 80
#define TEXT_MAX (OKTA_BASE64URL_ENCODED(OKTA_MATERIAL_MAX) + FRAME_MAX)

typedef struct form {
    const char *head, *middle, *tail;
} form;

/* RFC 7638 section 3.2, RFC 8037 appendix A.3: the members that are required, by their names'
 * order, without blanks. */
static const form forms[] = {
    [OKTA_KEY_RSA] = {"{\"e\":\"", "\",\"kty\":\"RSA\",\"n\":\"", "\"}"},
    [OKTA_KEY_P256] = {"{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"", "\",\"y\":\"", "\"}"},
    [OKTA_KEY_P384] = {"{\"crv\":\"P-384\",\"kty\":\"EC\",\"x\":\"", "\",\"y\":\"", "\"}"},
    [OKTA_KEY_P521] = {"{\"crv\":\"P-521\",\"kty\":\"EC\",\"x\":\"", "\",\"y\":\"", "\"}"},
    [OKTA_KEY_ED25519] = {"{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"", "", "\"}"},
};

static char *add_number(char *to, const okta_key_number *number)
{
    okta_base64url_encode(number->bytes, number->length, to);
    return to + OKTA_BASE64URL_ENCODED(number->length);
}

/* Into text of TEXT_MAX; the end. */
static char *write_jwk(okta_key_kind kind, const okta_key_number numbers[2], char *text)
{
    const form *as = &forms[kind];
    char *end = add_number(stpcpy(text, as->head), &numbers[0]);

    end = add_number(stpcpy(end, as->middle), &numbers[1]);
    return stpcpy(end, as->tail);
}

bool okta_thumbprint_of(okta_key_kind kind, const okta_key_number numbers[2],
                        char thumbprint[OKTA_THUMBPRINT_LENGTH + 1])
{
    unsigned char digest[OKTA_DIGEST_BYTES];
    char text[TEXT_MAX], *end = write_jwk(kind, numbers, text);

    if (EVP_Q_digest(NULL, "SHA256", NULL, text, (size_t)(end - text), digest, NULL) != 1)
        return false;
    okta_base64url_encode(digest, sizeof(digest), thumbprint);
    return true;
}

bool okta_thumbprint(const okta_key *key, char thumbprint[OKTA_THUMBPRINT_LENGTH + 1])
{
    unsigned char digest[OKTA_DIGEST_BYTES];
    okta_key_number numbers[2];
    okta_key_kind kind = okta_key_numbers(key, numbers);
    char text[TEXT_MAX], *end = write_jwk(kind, numbers, text);

    if (!okta_digest(text, (size_t)(end - text), digest))
        return false;
    okta_base64url_encode(digest, sizeof(digest), thumbprint);
    return true;
}
