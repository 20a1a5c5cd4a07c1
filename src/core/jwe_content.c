/* SPDX-License-Identifier: Apache-2.0 */
#include "core/jwe_content.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <string.h>

#define BLOCK 16
#define GCM_IV 12
#define GCM_TAG 16

static const okta_content_encryption encryptions[] = {
    {"A128GCM", 16, GCM_IV, GCM_TAG, "AES-128-GCM", NULL},
    {"A192GCM", 24, GCM_IV, GCM_TAG, "AES-192-GCM", NULL},
    {"A256GCM", 32, GCM_IV, GCM_TAG, "AES-256-GCM", NULL},
    {"A128CBC-HS256", 32, BLOCK, 16, "AES-128-CBC", "SHA256"},
    {"A192CBC-HS384", 48, BLOCK, 24, "AES-192-CBC", "SHA384"},
    {"A256CBC-HS512", 64, BLOCK, 32, "AES-256-CBC", "SHA512"},
};

const okta_content_encryption *okta_content_encryption_by_name(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof(encryptions) / sizeof(encryptions[0]); i++)
        if (strlen(encryptions[i].name) == length && memcmp(encryptions[i].name, name, length) == 0)
            return &encryptions[i];
    return NULL;
}

bool okta_content_may_be(const okta_content_encryption *encryption, const okta_content *content)
{
    return content->iv.length == encryption->iv_bytes &&
           content->tag.length == encryption->tag_bytes && content->text.length > 0 &&
           content->text.length <= INT_MAX - BLOCK && content->associated.length <= INT_MAX &&
           (!encryption->mac || content->text.length % BLOCK == 0);
}

static bool begin(EVP_CIPHER_CTX *context, const okta_content_encryption *encryption,
                  const unsigned char *key, const okta_content *content)
{
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, encryption->cipher, NULL);
    bool good = context && cipher &&
                EVP_DecryptInit_ex2(context, cipher, key, content->iv.bytes, NULL) == 1;

    EVP_CIPHER_free(cipher);
    return good;
}

static okta_opening open_gcm(EVP_CIPHER_CTX *context, const okta_content_encryption *encryption,
                             const unsigned char *key, const okta_content *content,
                             unsigned char *plain, size_t *plain_length)
{
    int length = 0, rest = 0;

    if (!begin(context, encryption, key, content) ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, (int)content->tag.length,
                            (void *)(uintptr_t)content->tag.bytes) != 1 ||
        EVP_DecryptUpdate(context, NULL, &length, content->associated.bytes,
                          (int)content->associated.length) != 1 ||
        EVP_DecryptUpdate(context, plain, &length, content->text.bytes,
                          (int)content->text.length) != 1)
        return OKTA_OPENING_FAILED;
    *plain_length = (size_t)length;
    return EVP_DecryptFinal_ex(context, plain + length, &rest) == 1 ? OKTA_OPENED : OKTA_CLOSED;
}

/* RFC 7518 section 5.2.2.1: over header, iv, text, and the header's length in bits. */
static bool authenticate(const okta_content_encryption *encryption, const unsigned char *key,
                         const okta_content *content, unsigned char tag[EVP_MAX_MD_SIZE])
{
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = mac ? EVP_MAC_CTX_new(mac) : NULL;
    const uint64_t bits = (uint64_t)content->associated.length * 8;
    OSSL_PARAM parameters[2];
    unsigned char al[8];
    size_t length = 0;
    bool good;

    for (int i = 0; i < 8; i++)
        al[i] = (unsigned char)(bits >> (56 - 8 * i) & 0xff);
    parameters[0] =
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)encryption->mac, 0);
    parameters[1] = OSSL_PARAM_construct_end();
    good = context && EVP_MAC_init(context, key, encryption->key_bytes / 2, parameters) &&
           EVP_MAC_update(context, content->associated.bytes, content->associated.length) &&
           EVP_MAC_update(context, content->iv.bytes, content->iv.length) &&
           EVP_MAC_update(context, content->text.bytes, content->text.length) &&
           EVP_MAC_update(context, al, sizeof(al)) &&
           EVP_MAC_final(context, tag, &length, EVP_MAX_MD_SIZE);
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
    return good;
}

/* The padding (RFC 5652 section 6.3) without a branch on what it is; 0 where it is none. */
static size_t padding_of(const unsigned char *plain, size_t length)
{
    const unsigned int last = plain[length - 1];
    unsigned int bad = (last - 1) / BLOCK; /* 1 to 16, or bad */

    for (unsigned int i = 0; i < BLOCK; i++) {
        const unsigned int within = (i - last) >> (8 * sizeof(unsigned int) - 1);

        bad |= within * (plain[length - 1 - i] ^ last);
    }
    return bad == 0 ? last : 0;
}

static okta_opening open_cbc(EVP_CIPHER_CTX *context, const okta_content_encryption *encryption,
                             const unsigned char *key, const okta_content *content,
                             unsigned char *plain, size_t *plain_length)
{
    unsigned char tag[EVP_MAX_MD_SIZE];
    int length = 0, rest = 0;
    size_t padding;
    bool fits;

    if (!authenticate(encryption, key, content, tag))
        return OKTA_OPENING_FAILED;
    fits = CRYPTO_memcmp(tag, content->tag.bytes, content->tag.length) == 0;
    /* decrypted even where the tag does not fit, so that it takes as long */
    if (!begin(context, encryption, key + encryption->key_bytes / 2, content) ||
        EVP_CIPHER_CTX_set_padding(context, 0) != 1 ||
        EVP_DecryptUpdate(context, plain, &length, content->text.bytes,
                          (int)content->text.length) != 1 ||
        EVP_DecryptFinal_ex(context, plain + length, &rest) != 1)
        return OKTA_OPENING_FAILED;
    padding = padding_of(plain, content->text.length);
    *plain_length = content->text.length - padding;
    return fits && padding > 0 ? OKTA_OPENED : OKTA_CLOSED;
}

okta_opening okta_content_open(const okta_content_encryption *encryption, const unsigned char *key,
                               const okta_content *content, unsigned char *plain,
                               size_t *plain_length)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    okta_opening opening = (encryption->mac ? open_cbc : open_gcm)(context, encryption, key,
                                                                   content, plain, plain_length);

    EVP_CIPHER_CTX_free(context);
    if (opening != OKTA_OPENED)
        OPENSSL_cleanse(plain, content->text.length + BLOCK);
    return opening;
}
