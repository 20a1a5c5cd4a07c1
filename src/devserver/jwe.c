/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/jwe.h"

#include "devserver/base64url.h"
#include <apr_strings.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <stdbool.h>
#include <string.h>

#define MAX_MODULUS_BYTES 1024
#define IV_BYTES 12
#define TAG_BYTES 16

typedef struct {
    const char *name;
    const char *digest;
} wrapping;

typedef struct {
    const char *name;
    const char *cipher;
    int key_bytes;
} encryption;

static const wrapping wrappings[] = {{"RSA-OAEP-256", "SHA256"},
                                     {"RSA-OAEP-384", "SHA384"},
                                     {"RSA-OAEP-512", "SHA512"},
                                     {"RSA-OAEP", "SHA1"},
                                     {NULL, NULL}};
static const encryption encryptions[] = {{"A256GCM", "AES-256-GCM", 32},
                                         {"A192GCM", "AES-192-GCM", 24},
                                         {"A128GCM", "AES-128-GCM", 16},
                                         {NULL, NULL, 0}};

static const char *number(apr_pool_t *p, const EVP_PKEY *pkey, const char *name)
{
    unsigned char bytes[MAX_MODULUS_BYTES];
    BIGNUM *value = NULL;
    const char *text = NULL;
    if (EVP_PKEY_get_bn_param(pkey, name, &value) == 1 &&
        BN_num_bytes(value) <= (int)sizeof(bytes)) {
        text = okta_dev_base64url(p, bytes, (size_t)BN_bn2bin(value, bytes));
    }
    BN_free(value);
    return text;
}

static const char *thumbprint(apr_pool_t *p, const EVP_PKEY *pkey)
{
    unsigned char digest[32];
    const char *e = number(p, pkey, OSSL_PKEY_PARAM_RSA_E);
    const char *n = number(p, pkey, OSSL_PKEY_PARAM_RSA_N);
    const char *text;
    if (!e || !n) {
        return NULL;
    }
    text = apr_pstrcat(p, "{\"e\":\"", e, "\",\"kty\":\"RSA\",\"n\":\"", n, "\"}", NULL);
    return EVP_Digest(text, strlen(text), digest, NULL, EVP_sha256(), NULL) == 1
               ? okta_dev_base64url(p, digest, sizeof(digest))
               : NULL;
}

static void describe(apr_pool_t *p, const EVP_PKEY *pkey, okta_dev_recipient *recipient)
{
    unsigned char *der = NULL;
    int length = i2d_PUBKEY(pkey, &der);
    if (length > 0 && EVP_PKEY_is_a(pkey, "RSA")) {
        recipient->der = apr_pmemdup(p, der, (apr_size_t)length);
        recipient->length = length;
        recipient->kid = thumbprint(p, pkey);
    }
    OPENSSL_free(der);
}

const char *okta_dev_recipient_read(apr_pool_t *p, const char *path, okta_dev_recipient *recipient)
{
    BIO *bio = BIO_new_file(path, "r");
    EVP_PKEY *pkey;
    if (!bio) {
        return "it cannot be read";
    }
    pkey = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
    BIO_free(bio);
    if (!pkey) {
        return "it is no public key in PEM; write one by openssl pkey -pubout";
    }
    describe(p, pkey, recipient);
    EVP_PKEY_free(pkey);
    return recipient->kid ? NULL : "it is no RSA key";
}

/* False where a word is neither. */
static bool choose(apr_pool_t *p, const char *algs, const wrapping **alg, const encryption **enc)
{
    char *rest;
    *alg = wrappings;
    *enc = encryptions;
    for (char *word = apr_strtok(apr_pstrdup(p, algs), " ", &rest); word;
         word = apr_strtok(NULL, " ", &rest)) {
        const wrapping *w = wrappings;
        const encryption *e = encryptions;
        while (w->name && strcmp(w->name, word) != 0) {
            w++;
        }
        while (e->name && strcmp(e->name, word) != 0) {
            e++;
        }
        if (!w->name && !e->name) {
            return false;
        }
        *alg = w->name ? w : *alg;
        *enc = e->name ? e : *enc;
    }
    return true;
}

static const char *wrapped(apr_pool_t *p, EVP_PKEY *pkey, const char *digest,
                           const unsigned char *cek, size_t size)
{
    unsigned char bytes[MAX_MODULUS_BYTES];
    size_t length = sizeof(bytes);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    const char *text = NULL;
    if (ctx && EVP_PKEY_encrypt_init(ctx) > 0 &&
        EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) > 0 &&
        EVP_PKEY_CTX_set_rsa_oaep_md_name(ctx, digest, NULL) > 0 &&
        EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, digest, NULL) > 0 &&
        EVP_PKEY_encrypt(ctx, bytes, &length, cek, size) > 0) {
        text = okta_dev_base64url(p, bytes, length);
    }
    EVP_PKEY_CTX_free(ctx);
    return text;
}

/* "iv.text.tag", encoded. */
static const char *sealed(apr_pool_t *p, const encryption *enc, const unsigned char *cek,
                          const char *protection, const char *token)
{
    unsigned char iv[IV_BYTES], tag[TAG_BYTES];
    unsigned char *text = apr_palloc(p, strlen(token) + TAG_BYTES);
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, enc->cipher, NULL);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int length = 0, rest = 0;
    bool good = cipher && ctx && RAND_bytes(iv, sizeof(iv)) == 1 &&
                EVP_EncryptInit_ex2(ctx, cipher, cek, iv, NULL) == 1 &&
                EVP_EncryptUpdate(ctx, NULL, &rest, (const unsigned char *)protection,
                                  (int)strlen(protection)) == 1 &&
                EVP_EncryptUpdate(ctx, text, &length, (const unsigned char *)token,
                                  (int)strlen(token)) == 1 &&
                EVP_EncryptFinal_ex(ctx, text + length, &rest) == 1 &&
                EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, sizeof(tag), tag) == 1;
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(cipher);
    return good ? apr_pstrcat(p, okta_dev_base64url(p, iv, sizeof(iv)), ".",
                              okta_dev_base64url(p, text, (size_t)length), ".",
                              okta_dev_base64url(p, tag, sizeof(tag)), NULL)
                : NULL;
}

const char *okta_dev_jwe_encrypt(apr_pool_t *p, const okta_dev_recipient *recipient,
                                 const char *algs, const char *token, const char **wrong)
{
    unsigned char cek[32];
    const wrapping *alg;
    const encryption *enc;
    const char *header, *protection, *key, *rest;
    const unsigned char *der = recipient->der;
    EVP_PKEY *pkey;

    *wrong = NULL;
    if (!choose(p, algs, &alg, &enc)) {
        *wrong =
            "dev_encrypt is an RSA-OAEP algorithm, A128GCM, A192GCM or A256GCM, or one of each.";
        return NULL;
    }
    header = apr_pstrcat(p, "{\"alg\":\"", alg->name, "\",\"enc\":\"", enc->name,
                         "\",\"cty\":\"JWT\",\"kid\":\"", recipient->kid, "\"}", NULL);
    protection = okta_dev_base64url(p, header, strlen(header));
    if (RAND_bytes(cek, enc->key_bytes) != 1) {
        return NULL;
    }
    pkey = d2i_PUBKEY(NULL, &der, recipient->length);
    key = pkey ? wrapped(p, pkey, alg->digest, cek, (size_t)enc->key_bytes) : NULL;
    EVP_PKEY_free(pkey);
    rest = key ? sealed(p, enc, cek, protection, token) : NULL;
    OPENSSL_cleanse(cek, sizeof(cek));
    return rest ? apr_pstrcat(p, protection, ".", key, ".", rest, NULL) : NULL;
}
