/* SPDX-License-Identifier: Apache-2.0 */
#include "sealing.h"

#include "mint.h"
#include "unit.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

const char *const sealing_algs[4] = {"RSA-OAEP", "RSA-OAEP-256", "RSA-OAEP-384", "RSA-OAEP-512"};
const char *const sealing_encs[6] = {"A128GCM",       "A192GCM",       "A256GCM",
                                     "A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512"};

static void must(bool holds)
{
    if (!holds)
        abort();
}

typedef struct bytes {
    unsigned char at[16384];
    size_t length;
} bytes;

static bool is_cbc(const char *enc)
{
    return strstr(enc, "CBC") != NULL;
}

static size_t aes_bits(const char *enc)
{
    return (size_t)atoi(enc + 1);
}

static void wrap(const sealing *what, const unsigned char *cek, size_t length, bytes *to)
{
    static const char *const digests[] = {"SHA1", "SHA256", "SHA384", "SHA512"};
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, what->key, NULL);
    const char *digest = what->oaep;

    for (size_t i = 0; !digest; i++)
        if (strcmp(what->alg, sealing_algs[i]) == 0)
            digest = digests[i];
    to->length = sizeof(to->at);
    must(EVP_PKEY_encrypt_init(context) > 0 &&
         EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0 &&
         EVP_PKEY_CTX_set_rsa_oaep_md_name(context, digest, NULL) > 0 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md_name(context, digest, NULL) > 0 &&
         EVP_PKEY_encrypt(context, to->at, &to->length, cek, length) > 0);
    EVP_PKEY_CTX_free(context);
}

static void encrypt(const sealing *what, const char *aad, const unsigned char *key, const bytes *iv,
                    bytes *hidden, bytes *tag)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(
        NULL, text("AES-%zu-%s", aes_bits(what->enc), is_cbc(what->enc) ? "CBC" : "GCM"), NULL);
    unsigned char plain[8192];
    size_t length = strlen(what->plain);
    int done = 0, rest = 0;

    memcpy(plain, what->plain, length);
    if (what->unpadded)
        for (; length % 16 != 0 || length == strlen(what->plain); length++)
            plain[length] = 0x2a;
    must(EVP_EncryptInit_ex2(context, cipher, key, iv->at, NULL) == 1);
    if (what->unpadded)
        EVP_CIPHER_CTX_set_padding(context, 0);
    if (!is_cbc(what->enc))
        must(EVP_EncryptUpdate(context, NULL, &done, (const unsigned char *)aad,
                               (int)strlen(aad)) == 1);
    must(EVP_EncryptUpdate(context, hidden->at, &done, plain, (int)length) == 1 &&
         EVP_EncryptFinal_ex(context, hidden->at + done, &rest) == 1);
    hidden->length = (size_t)done + (size_t)rest;
    tag->length = 16;
    if (!is_cbc(what->enc))
        must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, tag->at) == 1);
    EVP_CIPHER_free(cipher);
    EVP_CIPHER_CTX_free(context);
}

static void authenticate(const sealing *what, const char *aad, const unsigned char *key,
                         const bytes *iv, const bytes *hidden, bytes *tag)
{
    const size_t half = aes_bits(what->enc) / 8;
    const uint64_t bits = strlen(aad) * 8;
    const char *digest = text("SHA%zu", half * 16);
    bytes *all = keep(calloc(1, sizeof(*all)));
    unsigned int length = 0;

    for (const char *c = aad; *c; c++)
        all->at[all->length++] = (unsigned char)*c;
    memcpy(all->at + all->length, iv->at, iv->length);
    all->length += iv->length;
    memcpy(all->at + all->length, hidden->at, hidden->length);
    all->length += hidden->length;
    for (int i = 0; i < 8; i++)
        all->at[all->length++] = (unsigned char)(bits >> (56 - 8 * i) & 0xff);
    must(HMAC(EVP_get_digestbyname(digest), key, (int)half, all->at, all->length, tag->at,
              &length) != NULL);
    tag->length = half;
}

static const char *header_of(const sealing *what)
{
    return what->header
               ? what->header
               : text("{\"alg\":\"%s\",\"enc\":\"%s\",\"cty\":\"JWT\"}", what->alg, what->enc);
}

char *seal(const sealing *what)
{
    const bool cbc = is_cbc(what->enc);
    const size_t key_bytes = aes_bits(what->enc) / 8, cek_bytes = cbc ? 2 * key_bytes : key_bytes;
    const char *protected = mint_encode(header_of(what), strlen(header_of(what)));
    bytes *parts = keep(calloc(5, sizeof(*parts)));
    const char *texts[5];
    unsigned char cek[64];

    must(RAND_bytes(cek, sizeof(cek)) == 1);
    parts[2].length = cbc ? 16 : 12;
    must(RAND_bytes(parts[2].at, 16) == 1);
    wrap(what, cek, what->wrapped_bytes ? what->wrapped_bytes : cek_bytes, &parts[1]);
    encrypt(what, protected, cbc ? cek + key_bytes : cek, &parts[2], &parts[3], &parts[4]);
    if (cbc)
        authenticate(what, protected, cek, &parts[2], &parts[3], &parts[4]);
    if (what->flipped)
        parts[what->other].at[parts[what->other].length / 2] ^= 1;
    texts[0] = protected;
    for (size_t i = 1; i < 5; i++)
        texts[i] = mint_encode(parts[i].at, parts[i].length);
    if (what->other_part)
        texts[what->other] = what->other_part;
    return text("%s.%s.%s.%s.%s", texts[0], texts[1], texts[2], texts[3], texts[4]);
}

char *sealing_pem(EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *data, *copy;
    long length;

    must(PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
    length = BIO_get_mem_data(bio, &data);
    copy = text("%.*s", (int)length, data);
    BIO_free(bio);
    return copy;
}

static char *number_of(EVP_PKEY *key, const char *name)
{
    unsigned char at[2048];
    BIGNUM *number = NULL;
    char *encoded;

    must(EVP_PKEY_get_bn_param(key, name, &number) == 1);
    encoded = mint_encode(at, (size_t)BN_bn2bin(number, at));
    BN_free(number);
    return encoded;
}

char *sealing_jwk(EVP_PKEY *key, const char *members)
{
    return text(
        "{%s\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\",\"d\":\"%s\",\"p\":\"%s\","
        "\"q\":\"%s\",\"dp\":\"%s\",\"dq\":\"%s\",\"qi\":\"%s\"}",
        members, number_of(key, OSSL_PKEY_PARAM_RSA_N), number_of(key, OSSL_PKEY_PARAM_RSA_E),
        number_of(key, OSSL_PKEY_PARAM_RSA_D), number_of(key, OSSL_PKEY_PARAM_RSA_FACTOR1),
        number_of(key, OSSL_PKEY_PARAM_RSA_FACTOR2), number_of(key, OSSL_PKEY_PARAM_RSA_EXPONENT1),
        number_of(key, OSSL_PKEY_PARAM_RSA_EXPONENT2),
        number_of(key, OSSL_PKEY_PARAM_RSA_COEFFICIENT1));
}
