/* SPDX-License-Identifier: Apache-2.0 */
/* Of a token that a key may fit, everything that fails fails alike: the same reason, the same
 * detail, and the same calls of OpenSSL, each with as many bytes. The linker hands them over
 * (--wrap). */
#include "core/jwe.h"
#include "core/jwk.h"
#include "sealing.h"
#include "world.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN "0123456789abcdef0123456789abcdef-"

static char calls[4096];
static int fetched;       /* of OpenSSL's, and not given back: its counter of them has an end */
static int until_failure; /* the call that fails; 0: none will */

static bool fails(void)
{
    return until_failure > 0 && --until_failure == 0;
}

static void note(const char *name, size_t size)
{
    size_t length = strlen(calls);

    snprintf(calls + length, sizeof(calls) - length, "%s %zu\n", name, size);
}

/* NOLINTBEGIN(readability-identifier-naming) */
int __real_EVP_PKEY_decrypt(EVP_PKEY_CTX *ctx, unsigned char *out, size_t *outlen,
                            const unsigned char *in, size_t inlen);
int __wrap_EVP_PKEY_decrypt(EVP_PKEY_CTX *ctx, unsigned char *out, size_t *outlen,
                            const unsigned char *in, size_t inlen);
int __real_RAND_priv_bytes(unsigned char *buf, int num);
int __wrap_RAND_priv_bytes(unsigned char *buf, int num);
int __real_EVP_MAC_update(EVP_MAC_CTX *ctx, const unsigned char *data, size_t datalen);
int __wrap_EVP_MAC_update(EVP_MAC_CTX *ctx, const unsigned char *data, size_t datalen);
int __real_EVP_DecryptUpdate(EVP_CIPHER_CTX *ctx, unsigned char *out, int *outl,
                             const unsigned char *in, int inl);
int __wrap_EVP_DecryptUpdate(EVP_CIPHER_CTX *ctx, unsigned char *out, int *outl,
                             const unsigned char *in, int inl);
int __real_EVP_DecryptFinal_ex(EVP_CIPHER_CTX *ctx, unsigned char *out, int *outl);
int __wrap_EVP_DecryptFinal_ex(EVP_CIPHER_CTX *ctx, unsigned char *out, int *outl);
int __real_CRYPTO_memcmp(const void *a, const void *b, size_t len);
int __wrap_CRYPTO_memcmp(const void *a, const void *b, size_t len);
int __real_EVP_PKEY_CTX_set_rsa_padding(EVP_PKEY_CTX *ctx, int pad_mode);
int __wrap_EVP_PKEY_CTX_set_rsa_padding(EVP_PKEY_CTX *ctx, int pad_mode);
int __real_EVP_PKEY_CTX_set_rsa_oaep_md_name(EVP_PKEY_CTX *ctx, const char *mdname,
                                             const char *mdprops);
int __wrap_EVP_PKEY_CTX_set_rsa_oaep_md_name(EVP_PKEY_CTX *ctx, const char *mdname,
                                             const char *mdprops);
int __real_EVP_PKEY_CTX_set_rsa_mgf1_md_name(EVP_PKEY_CTX *ctx, const char *mdname,
                                             const char *mdprops);
int __wrap_EVP_PKEY_CTX_set_rsa_mgf1_md_name(EVP_PKEY_CTX *ctx, const char *mdname,
                                             const char *mdprops);
EVP_MAC *__real_EVP_MAC_fetch(OSSL_LIB_CTX *library, const char *name, const char *properties);
EVP_MAC *__wrap_EVP_MAC_fetch(OSSL_LIB_CTX *library, const char *name, const char *properties);
void __real_EVP_MAC_free(EVP_MAC *mac);
void __wrap_EVP_MAC_free(EVP_MAC *mac);
EVP_CIPHER *__real_EVP_CIPHER_fetch(OSSL_LIB_CTX *library, const char *name,
                                    const char *properties);
EVP_CIPHER *__wrap_EVP_CIPHER_fetch(OSSL_LIB_CTX *library, const char *name,
                                    const char *properties);
void __real_EVP_CIPHER_free(EVP_CIPHER *cipher);
void __wrap_EVP_CIPHER_free(EVP_CIPHER *cipher);
void __real_OPENSSL_cleanse(void *ptr, size_t len);
void __wrap_OPENSSL_cleanse(void *ptr, size_t len);

int __wrap_EVP_PKEY_decrypt(EVP_PKEY_CTX *ctx, unsigned char *out, size_t *outlen,
                            const unsigned char *in, size_t inlen)
{
    note("EVP_PKEY_decrypt", inlen);
    return __real_EVP_PKEY_decrypt(ctx, out, outlen, in, inlen);
}

int __wrap_RAND_priv_bytes(unsigned char *buf, int num)
{
    note("RAND_priv_bytes", (size_t)num);
    return fails() ? 0 : __real_RAND_priv_bytes(buf, num);
}

int __wrap_EVP_MAC_update(EVP_MAC_CTX *ctx, const unsigned char *data, size_t datalen)
{
    note("EVP_MAC_update", datalen);
    return fails() ? 0 : __real_EVP_MAC_update(ctx, data, datalen);
}

int __wrap_EVP_DecryptUpdate(EVP_CIPHER_CTX *ctx, unsigned char *out, int *outl,
                             const unsigned char *in, int inl)
{
    note("EVP_DecryptUpdate", (size_t)inl);
    return fails() ? 0 : __real_EVP_DecryptUpdate(ctx, out, outl, in, inl);
}

int __wrap_EVP_DecryptFinal_ex(EVP_CIPHER_CTX *ctx, unsigned char *out, int *outl)
{
    note("EVP_DecryptFinal_ex", 0);
    return fails() ? 0 : __real_EVP_DecryptFinal_ex(ctx, out, outl);
}

int __wrap_CRYPTO_memcmp(const void *a, const void *b, size_t len)
{
    note("CRYPTO_memcmp", len);
    return __real_CRYPTO_memcmp(a, b, len);
}

void __wrap_OPENSSL_cleanse(void *ptr, size_t len)
{
    note("OPENSSL_cleanse", len);
    __real_OPENSSL_cleanse(ptr, len);
}
int __wrap_EVP_PKEY_CTX_set_rsa_padding(EVP_PKEY_CTX *ctx, int pad_mode)
{
    return fails() ? 0 : __real_EVP_PKEY_CTX_set_rsa_padding(ctx, pad_mode);
}

int __wrap_EVP_PKEY_CTX_set_rsa_oaep_md_name(EVP_PKEY_CTX *ctx, const char *mdname,
                                             const char *mdprops)
{
    return fails() ? 0 : __real_EVP_PKEY_CTX_set_rsa_oaep_md_name(ctx, mdname, mdprops);
}

int __wrap_EVP_PKEY_CTX_set_rsa_mgf1_md_name(EVP_PKEY_CTX *ctx, const char *mdname,
                                             const char *mdprops)
{
    return fails() ? 0 : __real_EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, mdname, mdprops);
}

EVP_MAC *__wrap_EVP_MAC_fetch(OSSL_LIB_CTX *library, const char *name, const char *properties)
{
    fetched++;
    return __real_EVP_MAC_fetch(library, name, properties);
}

void __wrap_EVP_MAC_free(EVP_MAC *mac)
{
    fetched -= mac != NULL;
    __real_EVP_MAC_free(mac);
}

EVP_CIPHER *__wrap_EVP_CIPHER_fetch(OSSL_LIB_CTX *library, const char *name, const char *properties)
{
    fetched++;
    return __real_EVP_CIPHER_fetch(library, name, properties);
}

void __wrap_EVP_CIPHER_free(EVP_CIPHER *cipher)
{
    fetched -= cipher != NULL;
    __real_EVP_CIPHER_free(cipher);
}
/* NOLINTEND(readability-identifier-naming) */

/* Ways to fail; header, text and so on are as long as those of the good one. */
typedef struct way {
    const char *name;
    sealing change;
    bool cbc_only;
    bool to_another; /* it is encrypted to somebody else */
    bool at_random;  /* the wrapped key is any number below the modulus */
} way;

static const way ways[] = {
    {.name = "encrypted to another key", .to_another = true},
    {.name = "a number at random", .at_random = true},
    {.name = "another digest of OAEP", .change = {.oaep = "SHA384"}},
    {.name = "a key of one byte", .change = {.wrapped_bytes = 1}},
    {.name = "a key that is too short", .change = {.wrapped_bytes = 15}},
    {.name = "a key that is too long", .change = {.wrapped_bytes = 64}},
    {.name = "another wrapped key", .change = {.flipped = true, .other = 1}},
    {.name = "another initialization vector", .change = {.flipped = true, .other = 2}},
    {.name = "another ciphertext", .change = {.flipped = true, .other = 3}},
    {.name = "another tag", .change = {.flipped = true, .other = 4}},
    {.name = "no padding", .change = {.unpadded = true}, .cbc_only = true},
};

static EVP_PKEY *own_key, *other_key;

static char *token_for(const way *w, const char *enc)
{
    sealing what = w->change;

    what.key = w->to_another ? other_key : own_key;
    what.alg = "RSA-OAEP-256";
    what.enc = enc;
    what.plain = PLAIN;
    if (w->at_random) {
        unsigned char number[256];

        RAND_bytes(number, sizeof(number));
        number[0] = 0x40;
        what.other = 1;
        what.other_part = mint_encode(number, sizeof(number));
    }
    if (w->change.wrapped_bytes == 64 && strcmp(enc, "A256CBC-HS512") == 0)
        what.wrapped_bytes = 63;
    return seal(&what);
}

static okta_reason open_and_note(const okta_decryption_keys *keys, const char *token)
{
    const okta_opener opener = {(const okta_decryption_key *const *)keys->items, keys->count, NULL,
                                NULL};
    okta_opened opened;
    okta_reason reason;

    calls[0] = '\0';
    fetched = 0;
    reason = okta_jwe_open(&opener, token, strlen(token), NULL, &opened, &last);
    okta_opened_clear(&opened);
    check(fetched == 0, "%d more were fetched than given back", fetched);
    return reason;
}

static okta_decryption_keys *own_keys(void)
{
    okta_decryption_keys *keys;
    const char *pem;

    if (!own_key)
        own_key = mint_generate("RSA:2048");
    pem = sealing_pem(own_key);
    keys = okta_decryption_keys_read(pem, strlen(pem), NULL, NULL, NULL);
    need(keys, "no key");
    return keys;
}

rule(all_that_fails_fails_alike)
{
    okta_decryption_keys *keys = own_keys();

    do { /* a number for the other key has to be below our modulus now and then */
        other_key = mint_generate("RSA:2048");
    } while (strcmp(mint_jwk(other_key, ""), mint_jwk(own_key, "")) == 0);
    for (size_t e = 0; e < COUNT_OF(sealing_encs); e++) {
        const char *enc = sealing_encs[e];
        char *first = NULL, *detail = NULL;

        for (size_t i = 0; i < COUNT_OF(ways); i++) {
            const char *row = text("%s: %s", enc, ways[i].name);
            okta_reason reason;

            if (ways[i].cbc_only && !strstr(enc, "CBC"))
                continue;
            do
                reason = open_and_note(keys, token_for(&ways[i], enc));
            while (ways[i].to_another && !strstr(calls, "EVP_PKEY_decrypt"));
            check(reason == OKTA_TOKEN_UNDECRYPTABLE, "%s: %s", row, okta_reason_tag(reason));
            if (!first) {
                first = text("%s", calls);
                detail = text("%s", last.detail);
                check(strstr(first, "EVP_PKEY_decrypt") && strstr(first, "EVP_DecryptFinal_ex"),
                      "%s:\n%s", row, first);
                check(!strstr(enc, "CBC") || strstr(first, "CRYPTO_memcmp"), "%s:\n%s", row, first);
            }
            check(strcmp(first, calls) == 0, "%s:\n%s---\n%s", row, first, calls);
            check(strcmp(detail, last.detail) == 0, "%s: %s", row, last.detail);
        }
    }
    okta_decryption_keys_free(keys);
}

/* A verdict on the token would be remembered. */
rule(what_openssl_fails_to_do_is_no_fault_of_the_token)
{
    static const way good;
    okta_decryption_keys *keys = own_keys();

    for (size_t e = 0; e < COUNT_OF(sealing_encs); e++) {
        const char *enc = sealing_encs[e], *token = token_for(&good, enc);
        /* three settings of OAEP and a random key; of GCM the header and the text, and its end is
         * the verdict; of CBC four parts under the tag, and the text with its end */
        const int steps = strstr(enc, "GCM") ? 6 : 10;

        for (int step = 1; step <= steps; step++) {
            until_failure = step;
            check(open_and_note(keys, token) == OKTA_OUT_OF_MEMORY, "%s, step %d: %s", enc, step,
                  okta_reason_tag(last.reason));
            check(until_failure == 0, "%s has no step %d", enc, step);
        }
        check(open_and_note(keys, token) == OKTA_OK, "%s: %s", enc, last.detail);
    }
    okta_decryption_keys_free(keys);
}

static void expect_wiped(const char *row, size_t size)
{
    check(strstr(calls, text("OPENSSL_cleanse %zu\n", size)), "%s: not %zu bytes:\n%s", row, size,
          calls);
}

rule(what_was_secret_is_wiped_whole)
{
    static const way good, bad = {.change = {.flipped = true, .other = 4}};
    okta_decryption_keys *keys = own_keys();

    for (size_t e = 0; e < COUNT_OF(sealing_encs); e++) {
        const char *enc = sealing_encs[e];
        const bool gcm = strstr(enc, "GCM");
        const size_t length = sizeof(PLAIN) - 1;

        check(open_and_note(keys, token_for(&good, enc)) == OKTA_OK, "%s: %s", enc, last.detail);
        expect_wiped(text("%s, what was unwrapped", enc), OKTA_RSA_MAX_BITS / 8);
        expect_wiped(text("%s, the content's key", enc), OKTA_CEK_MAX);
        expect_wiped(text("%s, the token, when it is cleared", enc), length);
        open_and_note(keys, token_for(&bad, enc));
        expect_wiped(text("%s, what was unwrapped, of a bad one", enc), OKTA_RSA_MAX_BITS / 8);
        expect_wiped(text("%s, the content's key, of a bad one", enc), OKTA_CEK_MAX);
        /* padded to whole blocks, and room for one more */
        expect_wiped(text("%s, what came out of a bad one", enc),
                     (gcm ? length : (length / 16 + 1) * 16) + 16);
    }
    okta_decryption_keys_free(keys);
}
