/* SPDX-License-Identifier: Apache-2.0 */
#include "core/decryption_key.h"

#include "core/crypto_errors.h"
#include "core/decryption_source.h"
#include "core/jwk.h"
#include "core/thumbprint.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#define MODULUS_MAX (OKTA_RSA_MAX_BITS / 8)

struct okta_decryption_key {
    EVP_PKEY *pkey;
    const okta_key_wrapping *only;
    okta_material material; /* e and n */
    size_t modulus_bytes;
    /* memory ran out in an operation: what that left of the blinding factors may fit each other no
     * more, and the next 32 operations would fail by them (OpenSSL 3.0) */
    _Atomic bool suspect;
    char kid[];
};

static bool read_numbers(const EVP_PKEY *pkey, okta_material *material, size_t *modulus_bytes,
                         okta_error *error)
{
    BIGNUM *n = NULL, *e = NULL;
    bool good;

    if (!EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) ||
        !EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e))
        good = okta_error_set(error, "an RSA key without its public numbers");
    else
        good = okta_rsa_is_sound(n, e, error);
    if (good) {
        material->length = (size_t)BN_bn2bin(e, material->bytes);
        *modulus_bytes = (size_t)BN_bn2bin(n, material->bytes + material->length);
        material->length += *modulus_bytes;
    }
    BN_free(n);
    BN_free(e);
    return good;
}

void okta_decryption_key_numbers(const okta_decryption_key *key, okta_key_number numbers[2])
{
    size_t e_length = key->material.length - key->modulus_bytes;

    numbers[0] = (okta_key_number){key->material.bytes, e_length};
    numbers[1] = (okta_key_number){key->material.bytes + e_length, key->modulus_bytes};
}

static EVP_PKEY_CTX *oaep(EVP_PKEY *pkey, const okta_key_wrapping *wrapping, bool decrypts)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);

    if (context &&
        (decrypts ? EVP_PKEY_decrypt_init(context) : EVP_PKEY_encrypt_init(context)) > 0 &&
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0 &&
        EVP_PKEY_CTX_set_rsa_oaep_md_name(context, wrapping->digest, NULL) > 0 &&
        EVP_PKEY_CTX_set_rsa_mgf1_md_name(context, wrapping->digest, NULL) > 0)
        return context;
    EVP_PKEY_CTX_free(context);
    return NULL;
}

/* Whether the two halves belong together: there and back again. */
static bool opens_what_it_closes(const okta_decryption_key *key)
{
    static const unsigned char message[32] = "there and back again";
    const okta_key_wrapping *by = okta_key_wrapping_by_name("RSA-OAEP", 8);
    unsigned char closed[MODULUS_MAX], opened[sizeof(message)];
    size_t length = sizeof(closed);
    EVP_PKEY_CTX *context = oaep(key->pkey, by, false);
    bool good = context &&
                EVP_PKEY_encrypt(context, closed, &length, message, sizeof(message)) > 0 &&
                okta_decryption_key_unwrap(key, by, closed, length, opened, sizeof(opened)) &&
                memcmp(opened, message, sizeof(message)) == 0;

    EVP_PKEY_CTX_free(context);
    return good;
}

/* Without the blinding factors of that trial: processes that are forked would share them. */
static bool begin_anew(okta_decryption_key *key, okta_error *error)
{
    EVP_PKEY *copy = EVP_PKEY_dup(key->pkey);

    if (!copy)
        return okta_error_set_no_memory(error);
    EVP_PKEY_free(key->pkey);
    key->pkey = copy;
    return true;
}

static void key_free(okta_decryption_key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->pkey); /* which wipes the private numbers */
    free(key);
}

/* pkey and kid are source's; NULL with the cause in error. */
static okta_decryption_key *key_from(const okta_decryption_source *source, okta_error *error)
{
    const size_t kid_length = source->kid ? strlen(source->kid) : OKTA_THUMBPRINT_LENGTH;
    okta_decryption_key *key = calloc(1, sizeof(*key) + kid_length + 1);
    okta_key_number numbers[2];

    if (!key) {
        okta_error_set_no_memory(error);
        return NULL;
    }
    if (!EVP_PKEY_is_a(source->pkey, "RSA")) {
        okta_error_set(error, "a key of type %s; only RSA keys decrypt",
                       EVP_PKEY_get0_type_name(source->pkey) ? EVP_PKEY_get0_type_name(source->pkey)
                                                             : "unknown");
    } else if (read_numbers(source->pkey, &key->material, &key->modulus_bytes, error) &&
               EVP_PKEY_up_ref(source->pkey)) {
        key->pkey = source->pkey;
        key->only = source->only;
        okta_decryption_key_numbers(key, numbers);
        if (source->kid)
            memcpy(key->kid, source->kid, kid_length);
        if (!source->kid && !okta_thumbprint_of(OKTA_KEY_RSA, numbers, key->kid))
            okta_error_set_no_memory(error);
        else if (!opens_what_it_closes(key))
            okta_error_set(error, "its private numbers do not belong to the public ones");
        else if (begin_anew(key, error))
            return key;
    }
    key_free(key);
    return NULL;
}

/* The keys that were read, while they are collected. */
typedef struct collection {
    okta_decryption_keys *keys;
    okta_dropped_fn *dropped;
    void *baton;
    okta_error last; /* why the last one was dropped */
} collection;

static bool is_there(const okta_decryption_keys *keys, const okta_decryption_key *key)
{
    for (size_t i = 0; i < keys->count; i++)
        if (okta_decryption_key_is_same(keys->items[i], key) && keys->items[i]->only == key->only &&
            strcmp(keys->items[i]->kid, key->kid) == 0)
            return true;
    return false;
}

/* okta_source_fn: takes a key in, or drops it. False when out of memory. */
static bool collect(void *baton, const okta_decryption_source *source, const okta_error *fault)
{
    collection *c = baton;
    okta_error why = {""};
    okta_decryption_key *key = NULL;
    char kid[64] = "";

    if (fault)
        why = *fault;
    else if (c->keys->count == OKTA_DECRYPTION_KEYS_MAX)
        okta_error_set(&why, "there are more than %d keys", OKTA_DECRYPTION_KEYS_MAX);
    else
        key = key_from(source, &why);
    if (key && is_there(c->keys, key)) {
        key_free(key);
        return true;
    }
    if (key) {
        c->keys->items[c->keys->count++] = key;
        return true;
    }
    c->last = why;
    if (okta_error_is_no_memory(&why))
        return false;
    if (source->kid)
        okta_text_copy(kid, sizeof(kid), source->kid, strlen(source->kid));
    if (c->dropped)
        c->dropped(c->baton, kid, why.text);
    return true;
}

okta_decryption_keys *okta_decryption_keys_read(const char *text, size_t length,
                                                okta_dropped_fn *dropped, void *baton,
                                                okta_error *error)
{
    collection c = {.dropped = dropped, .baton = baton};
    okta_crypto_errors errors;
    bool good;

    c.keys = calloc(1, sizeof(*c.keys) + OKTA_DECRYPTION_KEYS_MAX * sizeof(okta_decryption_key *));
    if (!c.keys) {
        okta_error_set_no_memory(error);
        return NULL;
    }
    okta_crypto_errors_begin(&errors);
    good = okta_decryption_source_read(text, length, collect, &c, &c.last);
    /* what was dropped may have been dropped for want of memory */
    if (okta_crypto_errors_end(&errors) == OKTA_CRYPTO_LEFT_NO_MEMORY)
        okta_error_set_no_memory(&c.last);
    else if (good && c.keys->count > 0)
        return c.keys;
    if (error && c.last.text[0] == '\0')
        okta_error_set(error, "no private key");
    else if (error)
        *error = c.last;
    okta_decryption_keys_free(c.keys);
    return NULL;
}

void okta_decryption_keys_free(okta_decryption_keys *keys)
{
    for (size_t i = 0; keys && i < keys->count; i++)
        key_free(keys->items[i]);
    free(keys);
}

const char *okta_decryption_key_kid(const okta_decryption_key *key)
{
    return key->kid;
}

const okta_key_wrapping *okta_decryption_key_only(const okta_decryption_key *key)
{
    return key->only;
}

bool okta_decryption_key_is_same(const okta_decryption_key *a, const okta_decryption_key *b)
{
    return a->material.length == b->material.length && a->modulus_bytes == b->modulus_bytes &&
           memcmp(a->material.bytes, b->material.bytes, a->material.length) == 0;
}

bool okta_decryption_key_fits(const okta_decryption_key *key, const okta_key_wrapping *wrapping,
                              const unsigned char *wrapped, size_t length)
{
    okta_key_number numbers[2];

    okta_decryption_key_numbers(key, numbers);
    return (!key->only || key->only == wrapping) && length == numbers[1].length &&
           memcmp(wrapped, numbers[1].bytes, length) < 0;
}

/* All ones where the two are equal, else zero; by no branch. */
static unsigned char equal_mask(size_t a, size_t b)
{
    const size_t difference = a ^ b;
    const size_t differs = (difference | (0 - difference)) >> (8 * sizeof(size_t) - 1);

    return (unsigned char)(differs - 1);
}

bool okta_decryption_key_unwrap(const okta_decryption_key *key, const okta_key_wrapping *wrapping,
                                const unsigned char *wrapped, size_t length, unsigned char *cek,
                                size_t cek_length)
{
    const bool suspect = key->suspect;
    unsigned char plain[MODULUS_MAX] = {0};
    size_t plain_length = sizeof(plain);
    okta_crypto_errors errors;
    EVP_PKEY_CTX *context;
    EVP_PKEY *fresh;
    bool able, no_memory;

    okta_crypto_errors_begin(&errors);
    fresh = suspect ? EVP_PKEY_dup(key->pkey) : NULL;
    context = fresh || !suspect ? oaep(fresh ? fresh : key->pkey, wrapping, true) : NULL;
    able = context && RAND_priv_bytes(cek, (int)cek_length) == 1;
    if (able) {
        /* Manger's attack: whether this succeeded shows nowhere but in the bytes of cek */
        const int outcome = EVP_PKEY_decrypt(context, plain, &plain_length, wrapped, length);
        const unsigned char mask =
            equal_mask((size_t)outcome, 1) & equal_mask(plain_length, cek_length);

        for (size_t i = 0; i < cek_length; i++)
            cek[i] = (unsigned char)((plain[i] & mask) | (cek[i] & ~mask));
    }
    OPENSSL_cleanse(plain, sizeof(plain));
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(fresh);
    no_memory = okta_crypto_errors_end(&errors) == OKTA_CRYPTO_LEFT_NO_MEMORY;
    if (no_memory)
        ((okta_decryption_key *)key)->suspect = true;
    return able && !no_memory;
}
