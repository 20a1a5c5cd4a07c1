/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/dpop_key.h"

#include "cli/message.h"
#include "core/base64url.h"
#include "core/digest.h"
#include "core/key.h"
#include "core/private_jwk.h"
#include "core/reader.h"
#include "core/sign.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

struct okta_dpop_key {
    EVP_PKEY *pkey;
    const okta_algorithm *algorithm;
    json_t *public;
    char thumbprint[OKTA_THUMBPRINT_LENGTH + 1];
};

/* Sorted and compact, the members of the JWK are what RFC 7638 section 3 hashes. */
static bool write_thumbprint(okta_dpop_key *key)
{
    char *text = okta_json_text(key->public, JSON_COMPACT | JSON_SORT_KEYS);
    unsigned char digest[OKTA_DIGEST_BYTES];
    bool good = text && okta_digest(text, strlen(text), digest);

    if (good)
        okta_base64url_encode(digest, sizeof(digest), key->thumbprint);
    free(text);
    return good;
}

/* Whether httpd would take its proofs. */
static bool may_verify(const okta_dpop_key *key, okta_error *error)
{
    char *text = okta_json_text(key->public, JSON_COMPACT);
    okta_value *jwk = text ? okta_read_object(text, strlen(text), error) : NULL;
    okta_key *verifying = jwk ? okta_key_from_jwk(jwk, error) : NULL;
    bool good = verifying && okta_key_serves(verifying, key->algorithm);

    if (verifying && !good)
        okta_error_set(error, "its \"alg\" does not fit its type");
    okta_key_free(verifying);
    free(jwk);
    free(text);
    return good;
}

/* A private number that belongs to another public key makes signatures that fit nothing. */
static bool is_pair(EVP_PKEY *pkey)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pkey, NULL);
    bool good = context && EVP_PKEY_pairwise_check(context) == 1;

    EVP_PKEY_CTX_free(context);
    return good;
}

/* Takes pkey. algorithm NULL: the usual one of its type. */
static okta_dpop_key *key_of(EVP_PKEY *pkey, const okta_algorithm *algorithm, okta_error *error)
{
    okta_dpop_key *key = calloc(1, sizeof(*key));

    if (!key) {
        EVP_PKEY_free(pkey);
        okta_error_set_no_memory(error);
        return NULL;
    }
    key->pkey = pkey;
    key->algorithm = okta_private_jwk_algorithm(pkey);
    if (!key->algorithm) {
        okta_error_set(error, "proofs are made by EC keys on P-256, P-384 or P-521, and by RSA "
                              "keys; \"openssl genpkey -algorithm EC -pkeyopt "
                              "ec_paramgen_curve:P-256\" makes one");
    } else if (!is_pair(pkey)) {
        okta_error_set(error, "its private and its public part do not belong together");
    } else {
        if (algorithm)
            key->algorithm = algorithm;
        key->public = okta_private_jwk_write(pkey, false);
        if (!key->public || !write_thumbprint(key))
            okta_error_set_no_memory(error);
        else if (may_verify(key, error))
            return key;
    }
    okta_dpop_key_free(key);
    return NULL;
}

okta_dpop_key *okta_dpop_key_make(void)
{
    EVP_PKEY *pkey = EVP_EC_gen("P-256");
    okta_error error = {"OpenSSL made no key"};
    okta_dpop_key *key = pkey ? key_of(pkey, NULL, &error) : NULL;

    if (!key)
        okta_complain("no key for proofs: %s", error.text);
    return key;
}

/* Without this OpenSSL would ask on the terminal. */
static int note_password(char *buffer, int size, int writing, void *baton)
{
    (void)buffer;
    (void)size;
    (void)writing;
    *(bool *)baton = true;
    return -1;
}

static okta_dpop_key *parse_pem(const char *text, size_t length, okta_error *error)
{
    BIO *bio = BIO_new_mem_buf(text, (int)length);
    bool locked = false;
    EVP_PKEY *pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, note_password, &locked) : NULL;

    BIO_free(bio);
    ERR_clear_error();
    if (pkey)
        return key_of(pkey, NULL, error);
    if (locked)
        okta_error_set(error, "it is locked by a password; \"openssl pkey -in FILE -out NEW\" "
                              "writes it without one, into a file that only you may read");
    else if (strstr(text, "-----BEGIN PUBLIC KEY-----") || strstr(text, "-----BEGIN CERTIFICATE"))
        okta_error_set(error, "that is a public key; give the private one");
    else
        okta_error_set(error, "no private key is in it; give one as PEM (\"-----BEGIN PRIVATE "
                              "KEY-----\") or as a JWK");
    return NULL;
}

static okta_dpop_key *parse_jwk(const char *text, size_t length, okta_error *error)
{
    okta_value *jwk = okta_read_object(text, length, error);
    const char *name = okta_value_text(jwk, "alg");
    const okta_algorithm *algorithm = name ? okta_algorithm_by_name(name, strlen(name)) : NULL;
    EVP_PKEY *pkey = jwk ? okta_private_jwk_read(jwk, error) : NULL;

    if (pkey && name && !algorithm) {
        okta_error_set(error, "its \"alg\" is none of the algorithms that proofs are signed with");
        EVP_PKEY_free(pkey);
        pkey = NULL;
    }
    free(jwk);
    ERR_clear_error();
    return pkey ? key_of(pkey, algorithm, error) : NULL;
}

okta_dpop_key *okta_dpop_key_parse(const char *text, size_t length, okta_error *error)
{
    size_t blanks = strspn(text, " \t\r\n");

    if (blanks == length) {
        okta_error_set(error, "it is empty; remove it, and get --dpop --dpop-key makes it anew");
        return NULL;
    }
    if (text[blanks] == '{')
        return parse_jwk(text + blanks, length - blanks, error);
    return parse_pem(text, length, error);
}

void okta_dpop_key_free(okta_dpop_key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->pkey);
    json_decref(key->public);
    free(key);
}

const char *okta_dpop_key_thumbprint(const okta_dpop_key *key)
{
    return key->thumbprint;
}

const okta_algorithm *okta_dpop_key_algorithm(const okta_dpop_key *key)
{
    return key->algorithm;
}

json_t *okta_dpop_key_public(const okta_dpop_key *key)
{
    return json_incref(key->public);
}

json_t *okta_dpop_key_private(const okta_dpop_key *key)
{
    return okta_private_jwk_write(key->pkey, true);
}

bool okta_dpop_key_write(const okta_dpop_key *key, int file)
{
    BIO *bio = BIO_new_fd(file, BIO_NOCLOSE);
    bool good = bio && PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) &&
                BIO_flush(bio) > 0;

    BIO_free(bio);
    return good;
}

char *okta_dpop_key_sign(const okta_dpop_key *key, const char *data, size_t length)
{
    return okta_sign(key->pkey, key->algorithm, data, length);
}
