/* SPDX-License-Identifier: Apache-2.0 */
#include "core/assertion.h"

#include "core/base64url.h"
#include "core/sign.h"
#include "core/value.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#define LIFETIME 60 /* seconds; Okta takes an hour at most */
#define BACKDATED 5 /* seconds that our clock may be ahead */
#define ID_BYTES 16
#define RSA_BITS_MIN 2048

/* Without this OpenSSL would ask on the terminal. */
static int note_password(char *buffer, int size, int writing, void *baton)
{
    (void)buffer;
    (void)size;
    (void)writing;
    *(bool *)baton = true;
    return -1;
}

static const okta_algorithm *algorithm_of(const EVP_PKEY *key)
{
    char group[32] = "";

    if (EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) >= RSA_BITS_MIN)
        return okta_algorithm_by_id(OKTA_RS256);
    if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 &&
        strcmp(group, "prime256v1") == 0)
        return okta_algorithm_by_id(OKTA_ES256);
    return NULL;
}

EVP_PKEY *okta_assertion_key(const char *pem, size_t length, const okta_algorithm **algorithm,
                             okta_error *error)
{
    BIO *bio = BIO_new_mem_buf(pem, (int)length);
    bool locked = false;
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, note_password, &locked) : NULL;

    BIO_free(bio);
    ERR_clear_error();
    *algorithm = key ? algorithm_of(key) : NULL;
    if (*algorithm)
        return key;
    if (key)
        okta_error_set(error, "its key is neither RSA of at least 2048 bits nor EC on P-256");
    else if (locked)
        okta_error_set(error, "its key is locked by a password; write it without one, \"openssl "
                              "pkey -in FILE -out NEW\", into a file that only root may read");
    else
        okta_error_set(error, "no private key is in it; put one there as PEM (\"-----BEGIN PRIVATE "
                              "KEY-----\")");
    EVP_PKEY_free(key);
    return NULL;
}

/* base64url of a JSON object's text; takes the reference. */
static char *encoded(json_t *object)
{
    char *text = okta_json_text(object, JSON_COMPACT), *result = NULL;

    json_decref(object);
    if (text)
        result = malloc(OKTA_BASE64URL_ENCODED(strlen(text)) + 1);
    if (result)
        okta_base64url_encode((const unsigned char *)text, strlen(text), result);
    free(text);
    return result;
}

static char *joined(const char *first, const char *second)
{
    size_t size = strlen(first) + strlen(second) + 2;
    char *text = malloc(size);

    if (text)
        okta_text_format(text, size, "%s.%s", first, second);
    return text;
}

char *okta_assertion_make(EVP_PKEY *key, const okta_algorithm *algorithm, const char *client,
                          const char *endpoint, int64_t now)
{
    unsigned char random[ID_BYTES];
    char id[OKTA_BASE64URL_ENCODED(ID_BYTES) + 1];
    char *header, *claims, *input = NULL, *signature = NULL, *assertion = NULL;

    if (RAND_bytes(random, sizeof(random)) != 1)
        return NULL;
    okta_base64url_encode(random, sizeof(random), id);
    header = encoded(json_pack("{s:s, s:s}", "alg", algorithm->name, "typ", "JWT"));
    claims = encoded(json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "iss", client, "sub", client,
                               "aud", endpoint, "jti", id, "iat", (json_int_t)(now - BACKDATED),
                               "exp", (json_int_t)(now + LIFETIME)));
    if (header && claims)
        input = joined(header, claims);
    if (input)
        signature = okta_sign(key, algorithm, input, strlen(input));
    if (signature)
        assertion = joined(input, signature);
    free(header);
    free(claims);
    free(input);
    free(signature);
    return assertion;
}
