/* SPDX-License-Identifier: Apache-2.0 */
#include "core/client_key.h"

#include "core/jwk.h"
#include "core/private_jwk.h"
#include "core/reader.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

/* Without this OpenSSL would ask on the terminal. */
static int note_password(char *buffer, int size, int writing, void *baton)
{
    (void)buffer;
    (void)size;
    (void)writing;
    *(bool *)baton = true;
    return -1;
}

static bool choose_algorithm(okta_client_key *key, okta_error *error)
{
    const okta_algorithm *algorithm = okta_private_jwk_algorithm(key->pkey);

    if (!algorithm || (algorithm->id != OKTA_RS256 && algorithm->id != OKTA_ES256) ||
        (algorithm->id == OKTA_RS256 && EVP_PKEY_get_bits(key->pkey) < OKTA_RSA_MIN_BITS))
        return okta_error_set(error, "its key is neither RSA of at least %d bits nor EC on P-256",
                              OKTA_RSA_MIN_BITS);
    key->algorithm = algorithm;
    return true;
}

static bool read_pem(const char *text, size_t length, okta_client_key *key, okta_error *error)
{
    BIO *bio = length <= INT_MAX ? BIO_new_mem_buf(text, (int)length) : NULL;
    bool locked = false;

    key->pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, note_password, &locked) : NULL;
    BIO_free(bio);
    if (key->pkey)
        return choose_algorithm(key, error);
    if (locked)
        return okta_error_set(error, "its key is locked by a password; write it without one, "
                                     "\"openssl pkey -in FILE -out NEW\", into a file that only "
                                     "root may read");
    return okta_error_set(error, "no private key is in it; put one there as PEM (\"-----BEGIN "
                                 "PRIVATE KEY-----\") or as a JWK");
}

/* RFC 7517: what it is for may be said in three ways. */
static bool may_sign(const okta_value *jwk, okta_error *error)
{
    const okta_value *use = okta_value_member(jwk, "use");
    const okta_value *operations = okta_value_member(jwk, "key_ops");

    if (use && !(use->type == OKTA_VALUE_STRING && okta_value_holds(use, "sig", 3)))
        return okta_error_set(error, "its JWK signs nothing: its \"use\" is not \"sig\"");
    if (operations &&
        !(operations->type == OKTA_VALUE_ARRAY && okta_value_holds(operations, "sign", 4)))
        return okta_error_set(error, "its JWK signs nothing: its \"key_ops\" have no \"sign\"");
    return true;
}

static bool take_kid(const okta_value *jwk, okta_client_key *key, okta_error *error)
{
    const okta_value *kid = okta_value_member(jwk, "kid");

    if (!kid)
        return true;
    if (kid->type != OKTA_VALUE_STRING || kid->length == 0 || kid->length > OKTA_KID_MAX_BYTES)
        return okta_error_set(error, "its \"kid\" is no string of 1 to %d bytes",
                              OKTA_KID_MAX_BYTES);
    key->kid = strdup(kid->as.string);
    return key->kid || okta_error_set_no_memory(error);
}

static bool signs_by(const okta_value *jwk, const okta_client_key *key, okta_error *error)
{
    const okta_value *alg = okta_value_member(jwk, "alg");
    const char *name = key->algorithm->name;

    return !alg || (alg->type == OKTA_VALUE_STRING && okta_value_holds(alg, name, strlen(name))) ||
           okta_error_set(error,
                          "its \"alg\" is another one than %s, by which a key of its kind "
                          "signs here",
                          name);
}

/* OpenSSL takes numbers that do not belong together, and would sign by them what nobody can
 * verify. */
static bool is_whole(EVP_PKEY *pkey)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    bool whole = context && EVP_PKEY_pairwise_check(context) == 1;

    EVP_PKEY_CTX_free(context);
    return whole;
}

static bool read_jwk(const char *text, size_t length, okta_client_key *key, okta_error *error)
{
    okta_value *jwk = okta_read_secret(text, length, error);
    bool good = jwk && may_sign(jwk, error) && take_kid(jwk, key, error);
    size_t count;

    if (good)
        key->pkey = okta_private_jwk_read(jwk, error);
    if (key->pkey)
        good = choose_algorithm(key, error) && signs_by(jwk, key, error) &&
               (is_whole(key->pkey) ||
                okta_error_set(error, "the numbers of its JWK do not belong together"));
    if (jwk)
        OPENSSL_cleanse(jwk, okta_value_extent(jwk, &count));
    free(jwk);
    return good && key->pkey;
}

static bool is_json(const char *text, size_t length)
{
    size_t at = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    while (at < length && strchr(" \t\r\n", text[at]) && text[at])
        at++;
    return at < length && text[at] == '{';
}

bool okta_client_key_read(const char *text, size_t length, okta_client_key *key, okta_error *error)
{
    bool good;

    *key = (okta_client_key){NULL, NULL, NULL};
    good = is_json(text, length) ? read_jwk(text, length, key, error)
                                 : read_pem(text, length, key, error);
    ERR_clear_error();
    if (!good)
        okta_client_key_clear(key);
    return good;
}

void okta_client_key_clear(okta_client_key *key)
{
    EVP_PKEY_free(key->pkey);
    free(key->kid);
    *key = (okta_client_key){NULL, NULL, NULL};
}
