/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/encrypter.h"

#include "core/base64url.h"
#include "core/decryption_key.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#define IV_BYTES 12
#define TAG_BYTES 16
#define ROOM 1024 /* of a modulus or a header */

#define must(condition) ((condition) ? (void)0 : broken(__LINE__))

static void broken(int line)
{
    fprintf(stderr, "okta-bench: encrypter.c:%d failed\n", line);
    ERR_print_errors_fp(stderr);
    exit(1);
}

char *encrypter_pem(const encrypter *e)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text, *copy;
    long length;

    must(bio && PEM_write_bio_PrivateKey(bio, e->key, NULL, NULL, 0, NULL, NULL) == 1);
    length = BIO_get_mem_data(bio, &text);
    copy = strndup(text, (size_t)length);
    must(copy);
    BIO_free(bio);
    return copy;
}

encrypter encrypter_new(int bits)
{
    encrypter e = {.key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits)};
    okta_decryption_keys *read;
    okta_error error;
    char *pem;

    must(e.key);
    pem = encrypter_pem(&e);
    read = okta_decryption_keys_read(pem, strlen(pem), NULL, NULL, &error);
    must(read);
    strcpy(e.kid, okta_decryption_key_kid(read->items[0]));
    okta_decryption_keys_free(read);
    free(pem);
    return e;
}

void encrypter_clear(encrypter *e)
{
    EVP_PKEY_free(e->key);
    e->key = NULL;
}

static EVP_PKEY_CTX *context_of(const encrypter *e, int (*begin)(EVP_PKEY_CTX *))
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, e->key, NULL);

    must(context && begin(context) > 0 &&
         EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0 &&
         EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) > 0 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) > 0);
    return context;
}

EVP_PKEY_CTX *encrypter_unwrapping(const encrypter *e)
{
    return context_of(e, EVP_PKEY_decrypt_init);
}

unsigned char *encrypter_wrap(const encrypter *e, const unsigned char cek[ENCRYPTER_CEK_BYTES],
                              size_t *length)
{
    EVP_PKEY_CTX *context = context_of(e, EVP_PKEY_encrypt_init);
    unsigned char *wrapped;

    must(EVP_PKEY_encrypt(context, NULL, length, cek, ENCRYPTER_CEK_BYTES) > 0);
    wrapped = malloc(*length);
    must(wrapped && EVP_PKEY_encrypt(context, wrapped, length, cek, ENCRYPTER_CEK_BYTES) > 0);
    EVP_PKEY_CTX_free(context);
    return wrapped;
}

static char *append(char *to, const unsigned char *bytes, size_t length)
{
    *to++ = '.';
    okta_base64url_encode(bytes, length, to);
    return to + strlen(to);
}

/* ".iv.text.tag", encoded, behind the header and the key that stand before `to`. */
static void append_sealed(char *to, const unsigned char *cek, const char *header,
                          size_t header_length, const char *token)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    unsigned char *text = malloc(strlen(token) + TAG_BYTES), iv[IV_BYTES], tag[TAG_BYTES];
    int length, unused;

    must(context && text && RAND_bytes(iv, sizeof(iv)) == 1);
    must(EVP_EncryptInit_ex2(context, EVP_aes_256_gcm(), cek, iv, NULL) == 1);
    must(EVP_EncryptUpdate(context, NULL, &unused, (const unsigned char *)header,
                           (int)header_length) == 1);
    must(EVP_EncryptUpdate(context, text, &length, (const unsigned char *)token,
                           (int)strlen(token)) == 1);
    must(EVP_EncryptFinal_ex(context, text + length, &unused) == 1);
    must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, sizeof(tag), tag) == 1);
    to = append(to, iv, sizeof(iv));
    to = append(to, text, (size_t)length);
    append(to, tag, sizeof(tag));
    free(text);
    EVP_CIPHER_CTX_free(context);
}

char *encrypter_token(const encrypter *e, const char *token)
{
    char header[ROOM], *made = malloc(OKTA_BASE64URL_ENCODED(strlen(token)) + 4 * (size_t)ROOM);
    unsigned char cek[ENCRYPTER_CEK_BYTES], *wrapped;
    size_t length, header_length;

    must(made && RAND_bytes(cek, sizeof(cek)) == 1);
    snprintf(header, sizeof(header),
             "{\"alg\":\"RSA-OAEP-256\",\"enc\":\"A256GCM\",\"cty\":\"JWT\",\"kid\":\"%s\"}",
             e->kid);
    okta_base64url_encode((const unsigned char *)header, strlen(header), made);
    header_length = strlen(made);
    wrapped = encrypter_wrap(e, cek, &length);
    must(length <= ROOM);
    append_sealed(append(made + header_length, wrapped, length), cek, made, header_length, token);
    free(wrapped);
    return made;
}
