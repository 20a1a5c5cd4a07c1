/* SPDX-License-Identifier: Apache-2.0 */
/* What fuzz targets sign by. */
#ifndef OKTA_TESTS_FUZZ_SIGNING_H
#define OKTA_TESTS_FUZZ_SIGNING_H

#include "core/base64url.h"
#include "fuzz.h"

#include <openssl/evp.h>

/* RFC 8037 appendix A.1. */
static const unsigned char fuzz_secret[32] = {
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};

/* So that the fuzzer gets past the signature: input as "header\npayload" is signed for it. The
 * caller frees. */
static char *fuzz_signed(const char *input, size_t length, const char *newline)
{
    size_t header = (size_t)(newline - input), payload = length - header - 1;
    char *made = malloc(OKTA_BASE64URL_ENCODED(length) + 100), *end = made;
    EVP_PKEY *key =
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, fuzz_secret, sizeof(fuzz_secret));
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char signature[64];
    size_t size = sizeof(signature);

    okta_base64url_encode((const unsigned char *)input, header, end);
    end += strlen(end);
    *end++ = '.';
    okta_base64url_encode((const unsigned char *)newline + 1, payload, end);
    end += strlen(end);
    hold(EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1);
    hold(EVP_DigestSign(context, signature, &size, (unsigned char *)made, (size_t)(end - made)) ==
         1);
    *end++ = '.';
    okta_base64url_encode(signature, size, end);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return made;
}

#endif
