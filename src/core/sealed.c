/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sealed.h"

#include "core/crypto_errors.h"
#include "core/octets.h"
#include "core/text.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <string.h>

/* Another one with each change of what is sealed or how. */
#define VERSION 2
#define SALT "mod_auth_okta shared cache 1"
#define PURPOSE_MAX 64
#define NONCE_BYTES 12
#define END_BYTES OKTA_OCTETS
#define TAG_BYTES 16

_Static_assert(OKTA_SEALED_EXTRA == 1 + NONCE_BYTES + END_BYTES + TAG_BYTES, "what is added");

bool okta_sealed_derive(const unsigned char key[OKTA_SEALED_KEY_BYTES], const char *purpose,
                        unsigned char derived[OKTA_SEALED_KEY_BYTES])
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key, OKTA_SEALED_KEY_BYTES),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)SALT, sizeof(SALT) - 1),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)purpose, strlen(purpose)),
        OSSL_PARAM_construct_end()};
    bool made = context && EVP_KDF_derive(context, derived, OKTA_SEALED_KEY_BYTES, params) == 1;

    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return made;
}

static bool derive_for(const unsigned char *key, const char *purpose, const char *use,
                       unsigned char *derived)
{
    char info[PURPOSE_MAX + 16];

    if (strlen(purpose) > PURPOSE_MAX)
        return false;
    /* of fixed words: none is the end of another */
    okta_text_format(info, sizeof(info), "%s%s", purpose, use);
    return okta_sealed_derive(key, info, derived);
}

bool okta_sealer_init(okta_sealer *sealer, const unsigned char key[OKTA_SEALED_KEY_BYTES],
                      const char *purpose)
{
    return derive_for(key, purpose, ": sealing", sealer->sealing) &&
           derive_for(key, purpose, ": naming", sealer->naming);
}

bool okta_sealed_name(const okta_sealer *sealer, const void *what, size_t length,
                      unsigned char name[OKTA_SEALED_NAME_BYTES])
{
    return HMAC(EVP_sha256(), sealer->naming, (int)sizeof(sealer->naming), what, length, name,
                NULL) != NULL;
}

/* What is sealed beside the text: it stands for the entry, and for how it is read. */
static bool set_terms(EVP_CIPHER_CTX *context, const unsigned char *name)
{
    unsigned char terms[1 + OKTA_SEALED_NAME_BYTES] = {VERSION};
    int written;

    memcpy(terms + 1, name, OKTA_SEALED_NAME_BYTES);
    return EVP_CipherUpdate(context, NULL, &written, terms, sizeof(terms)) == 1;
}

/* Each entry has a key of its own: nonces are by chance, so one key may seal 2^32 texts (NIST SP
 * 800-38D section 8.3), and two for each proof would be more within a week. */
static EVP_CIPHER_CTX *begin(const okta_sealer *sealer, const unsigned char *nonce,
                             const unsigned char *name, bool seals)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    unsigned char key[OKTA_SEALED_KEY_BYTES];
    const bool good =
        context &&
        HMAC(EVP_sha256(), sealer->sealing, (int)sizeof(sealer->sealing), name,
             OKTA_SEALED_NAME_BYTES, key, NULL) &&
        EVP_CipherInit_ex2(context, EVP_aes_256_gcm(), key, nonce, seals, NULL) == 1 &&
        set_terms(context, name);

    OPENSSL_cleanse(key, sizeof(key));
    if (good)
        return context;
    EVP_CIPHER_CTX_free(context);
    return NULL;
}

static bool pass(EVP_CIPHER_CTX *context, const unsigned char *in, size_t length,
                 unsigned char *out)
{
    int written;

    return length == 0 || (EVP_CipherUpdate(context, out, &written, in, (int)length) == 1 &&
                           (size_t)written == length);
}

bool okta_seal(const okta_sealer *sealer, const unsigned char name[OKTA_SEALED_NAME_BYTES],
               int64_t end, const void *text, size_t length, unsigned char *sealed)
{
    unsigned char *const nonce = sealed + 1, *const body = nonce + NONCE_BYTES;
    EVP_CIPHER_CTX *context = NULL;
    unsigned char end_bytes[END_BYTES];
    int written;
    bool done;

    if (length > INT32_MAX)
        return false;
    okta_octets_write(end_bytes, end);
    sealed[0] = VERSION;
    if (RAND_bytes(nonce, NONCE_BYTES) == 1)
        context = begin(sealer, nonce, name, true);
    done = context && pass(context, end_bytes, END_BYTES, body) &&
           pass(context, text, length, body + END_BYTES) &&
           EVP_CipherFinal_ex(context, body + END_BYTES + length, &written) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES,
                               body + END_BYTES + length) == 1;
    EVP_CIPHER_CTX_free(context);
    return done;
}

/* Whether it is as it was sealed. */
static bool open_all(EVP_CIPHER_CTX *context, const unsigned char *body, size_t length,
                     unsigned char *end_bytes, unsigned char *text)
{
    unsigned char tag[TAG_BYTES];
    int written;

    memcpy(tag, body + END_BYTES + length, TAG_BYTES);
    return pass(context, body, END_BYTES, end_bytes) &&
           pass(context, body + END_BYTES, length, text) &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, tag) == 1 &&
           EVP_CipherFinal_ex(context, text + length, &written) == 1;
}

okta_unsealed okta_unseal(const okta_sealer *sealer,
                          const unsigned char name[OKTA_SEALED_NAME_BYTES], int64_t now,
                          const unsigned char *sealed, size_t length, unsigned char *text,
                          size_t *text_length)
{
    unsigned char end_bytes[END_BYTES];
    okta_crypto_errors errors;
    okta_crypto_left left;
    EVP_CIPHER_CTX *context;
    bool good;

    if (length < OKTA_SEALED_EXTRA || length > INT32_MAX || sealed[0] != VERSION)
        return OKTA_UNSEALED_NOT;
    *text_length = length - OKTA_SEALED_EXTRA;
    okta_crypto_errors_begin(&errors);
    context = begin(sealer, sealed + 1, name, false);
    good = context && open_all(context, sealed + 1 + NONCE_BYTES, *text_length, end_bytes, text);
    EVP_CIPHER_CTX_free(context);
    left = okta_crypto_errors_end(&errors);
    if (!good)
        return !context || left == OKTA_CRYPTO_LEFT_NO_MEMORY ? OKTA_UNSEALED_NO_MEMORY
                                                              : OKTA_UNSEALED_NOT;
    return okta_octets_read(end_bytes) > now ? OKTA_UNSEALED_GOOD : OKTA_UNSEALED_OVER;
}
