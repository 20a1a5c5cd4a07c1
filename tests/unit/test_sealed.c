/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sealed.h"
#include "unit.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#define NOW INT64_C(1795445100)
#define TEXT "a text of 23 characters"
#define SEALED (sizeof(TEXT) + OKTA_SEALED_EXTRA)

static const unsigned char *const key = (const unsigned char *)"32 bytes of no chance whatsoever";

void __real_OPENSSL_cleanse(void *memory, size_t length);
void __wrap_OPENSSL_cleanse(void *memory, size_t length);

static size_t wiped; /* bytes, the last time */

void __wrap_OPENSSL_cleanse(void *memory, size_t length)
{
    wiped = length;
    __real_OPENSSL_cleanse(memory, length);
}

int __real_EVP_CipherUpdate(EVP_CIPHER_CTX *context, unsigned char *out, int *written,
                            const unsigned char *in, int length);
int __wrap_EVP_CipherUpdate(EVP_CIPHER_CTX *context, unsigned char *out, int *written,
                            const unsigned char *in, int length);

/* Call number `in` of those to come; 0: none. */
static struct update {
    int in;
    bool fails;
    int more, error;
} update;

int __wrap_EVP_CipherUpdate(EVP_CIPHER_CTX *context, unsigned char *out, int *written,
                            const unsigned char *in, int length)
{
    const int outcome = __real_EVP_CipherUpdate(context, out, written, in, length);

    if (update.in == 0 || --update.in != 0)
        return outcome;
    *written += update.more;
    errno = update.error;
    return update.fails ? 0 : outcome;
}

static okta_sealer sealer_of(const unsigned char *with, const char *purpose)
{
    okta_sealer sealer;

    need(okta_sealer_init(&sealer, with, purpose), "no keys");
    return sealer;
}

static void name_of(const okta_sealer *sealer, const char *what,
                    unsigned char name[OKTA_SEALED_NAME_BYTES])
{
    need(okta_sealed_name(sealer, what, strlen(what), name), "no name");
}

typedef struct sample {
    okta_sealer sealer;
    unsigned char name[OKTA_SEALED_NAME_BYTES];
    unsigned char sealed[SEALED];
} sample;

static sample sample_until(int64_t end)
{
    sample s = {.sealer = sealer_of(key, "tests")};

    name_of(&s.sealer, "it", s.name);
    need(okta_seal(&s.sealer, s.name, end, TEXT, sizeof(TEXT), s.sealed), "not sealed");
    return s;
}

static okta_unsealed open_it(const okta_sealer *sealer, const unsigned char *name, int64_t now,
                             const unsigned char *sealed, size_t length)
{
    unsigned char text[SEALED] = "";
    size_t text_length = 0;
    okta_unsealed outcome = okta_unseal(sealer, name, now, sealed, length, text, &text_length);

    if (outcome == OKTA_UNSEALED_GOOD)
        check(text_length == sizeof(TEXT) && memcmp(text, TEXT, sizeof(TEXT)) == 0, "another text");
    return outcome;
}

rule(what_is_sealed_opens_until_its_end)
{
    const sample s = sample_until(NOW + 10);
    static const struct {
        int64_t now;
        okta_unsealed outcome;
    } rows[] = {{0, OKTA_UNSEALED_GOOD},
                {NOW, OKTA_UNSEALED_GOOD},
                {NOW + 9, OKTA_UNSEALED_GOOD},
                {NOW + 10, OKTA_UNSEALED_OVER},
                {INT64_MAX, OKTA_UNSEALED_OVER}};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(open_it(&s.sealer, s.name, rows[i].now, s.sealed, SEALED) == rows[i].outcome,
              "at row %zu", i);
}

rule(every_byte_of_a_sealed_text_counts)
{
    sample s = sample_until(NOW + 10);

    for (size_t i = 0; i < SEALED; i++)
        for (int bit = 0; bit < 8; bit++) {
            s.sealed[i] ^= (unsigned char)(1 << bit);
            check(open_it(&s.sealer, s.name, NOW, s.sealed, SEALED) == OKTA_UNSEALED_NOT,
                  "byte %zu, bit %d", i, bit);
            s.sealed[i] ^= (unsigned char)(1 << bit);
        }
    check(open_it(&s.sealer, s.name, NOW, s.sealed, SEALED) == OKTA_UNSEALED_GOOD, "spoiled");
}

rule(no_part_of_it_and_nothing_more_opens)
{
    sample s = sample_until(NOW + 10);
    unsigned char more[SEALED + 1];

    for (size_t length = 0; length < SEALED; length++)
        check(open_it(&s.sealer, s.name, NOW, s.sealed, length) == OKTA_UNSEALED_NOT, "%zu bytes",
              length);
    memcpy(more, s.sealed, SEALED);
    more[SEALED] = 0;
    check(open_it(&s.sealer, s.name, NOW, more, SEALED + 1) != OKTA_UNSEALED_GOOD, "more");
}

rule(a_text_is_good_under_its_name_and_purpose_alone)
{
    const sample s = sample_until(NOW + 10);
    unsigned char other_key[OKTA_SEALED_KEY_BYTES], other_name[OKTA_SEALED_NAME_BYTES];
    okta_sealer other;

    name_of(&s.sealer, "another", other_name);
    check(open_it(&s.sealer, other_name, NOW, s.sealed, SEALED) == OKTA_UNSEALED_NOT, "name");
    other = sealer_of(key, "test");
    check(open_it(&other, s.name, NOW, s.sealed, SEALED) == OKTA_UNSEALED_NOT, "purpose");
    for (size_t i = 0; i < OKTA_SEALED_KEY_BYTES; i++) {
        memcpy(other_key, key, OKTA_SEALED_KEY_BYTES);
        other_key[i] ^= 1;
        other = sealer_of(other_key, "tests");
        check(open_it(&other, s.name, NOW, s.sealed, SEALED) == OKTA_UNSEALED_NOT, "key %zu", i);
    }
}

rule(names_differ_by_what_they_stand_for_and_by_purpose)
{
    const okta_sealer a = sealer_of(key, "a"), b = sealer_of(key, "b");
    unsigned char one[OKTA_SEALED_NAME_BYTES], other[OKTA_SEALED_NAME_BYTES];

    name_of(&a, "it", one);
    name_of(&a, "it", other);
    check(memcmp(one, other, sizeof(one)) == 0, "not the same twice");
    name_of(&a, "is", other);
    check(memcmp(one, other, sizeof(one)) != 0, "two things");
    name_of(&b, "it", other);
    check(memcmp(one, other, sizeof(one)) != 0, "two purposes");
    check(memcmp(a.naming, a.sealing, sizeof(a.naming)) != 0, "one key for both");
}

rule(an_empty_text_can_be_sealed)
{
    const okta_sealer sealer = sealer_of(key, "tests");
    unsigned char name[OKTA_SEALED_NAME_BYTES], sealed[OKTA_SEALED_EXTRA], text[1];
    size_t length = 1;

    name_of(&sealer, "it", name);
    need(okta_seal(&sealer, name, NOW + 1, "", 0, sealed), "not sealed");
    check(okta_unseal(&sealer, name, NOW, sealed, sizeof(sealed), text, &length) ==
                  OKTA_UNSEALED_GOOD &&
              length == 0,
          "not opened");
}

rule(the_same_text_is_never_sealed_alike)
{
    const sample a = sample_until(NOW + 10), b = sample_until(NOW + 10);

    check(memcmp(a.sealed, b.sealed, SEALED) != 0, "the same nonce twice");
}

rule(derived_keys_are_those_of_rfc_5869)
{
    /* HKDF-SHA256 as python3-cryptography has it, of this key, salt and purpose */
    static const unsigned char expected[] = {0xaf, 0x2a, 0xa4, 0xcc, 0xea, 0xdc, 0xd9, 0xcf,
                                             0xa5, 0x95, 0xe0, 0xf7, 0x99, 0xf1, 0x24, 0xc8,
                                             0x33, 0x84, 0xbb, 0x96, 0x39, 0xb7, 0x52, 0xc0,
                                             0xe3, 0x93, 0x33, 0xa3, 0xeb, 0x6f, 0xfc, 0x1d};
    unsigned char derived[OKTA_SEALED_KEY_BYTES];

    need(okta_sealed_derive(key, "DPoP nonces", derived), "not derived");
    check(memcmp(derived, expected, sizeof(derived)) == 0, "another key");
}

rule(an_entry_has_a_key_of_its_own)
{
    /* as python3-cryptography seals it: HKDF of the purpose, HMAC of the name, AES-256-GCM */
    static const unsigned char sealed[] = {
        0x02, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,
        0x56, 0x0c, 0xba, 0x87, 0x6c, 0xbd, 0x09, 0x1f, 0xbe, 0xf9, 0x30, 0x6d, 0x10,
        0x78, 0xee, 0x2c, 0x94, 0x92, 0x6e, 0x4e, 0x39, 0x70, 0x04, 0xc5, 0x15, 0x63,
        0x45, 0x9e, 0x8b, 0x36, 0xa3, 0x13, 0x9b, 0xaf, 0x5a, 0xa2, 0x59, 0xc7, 0x8c,
        0x52, 0x07, 0x04, 0x88, 0xaa, 0xc3, 0xcd, 0xdb, 0x0a};
    const sample s = sample_until(NOW + 10);

    check(sizeof(sealed) == SEALED, "%zu bytes", sizeof(sealed));
    check(open_it(&s.sealer, s.name, NOW, sealed, sizeof(sealed)) == OKTA_UNSEALED_GOOD,
          "not opened");
}

rule(purposes_that_are_too_long_are_none)
{
    char purpose[66];
    okta_sealer sealer;

    memset(purpose, 'x', sizeof(purpose));
    purpose[65] = '\0';
    check(!okta_sealer_init(&sealer, key, purpose), "65 characters");
    purpose[64] = '\0';
    check(okta_sealer_init(&sealer, key, purpose), "64 characters");
}

rule(a_purpose_counts_to_its_last_character)
{
    char purpose[65];
    okta_sealer one, other;

    memset(purpose, 'x', sizeof(purpose));
    purpose[64] = '\0';
    one = sealer_of(key, purpose);
    check(memcmp(one.sealing, one.naming, sizeof(one.sealing)) != 0, "one key for both uses");
    purpose[63] = 'y';
    other = sealer_of(key, purpose);
    check(memcmp(one.sealing, other.sealing, sizeof(one.sealing)) != 0, "one key to seal");
    check(memcmp(one.naming, other.naming, sizeof(one.naming)) != 0, "one key to name");
}

/* OpenSSL takes lengths as int. */
rule(no_text_is_too_long_for_an_int)
{
    const sample s = sample_until(NOW + 10);
    unsigned char sealed[SEALED], text[SEALED];
    size_t length = 0;

    check(!okta_seal(&s.sealer, s.name, NOW, TEXT, (size_t)INT32_MAX + 1, sealed), "sealed");
    check(okta_unseal(&s.sealer, s.name, NOW, s.sealed, (size_t)INT32_MAX + 1, text, &length) ==
              OKTA_UNSEALED_NOT,
          "opened");
}

rule(an_old_error_of_somebody_elses_is_not_taken_for_ours)
{
    sample s = sample_until(NOW + 10);

    s.sealed[SEALED - 1] ^= 1;
    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, ERR_R_MALLOC_FAILURE);
    errno = ENOMEM;
    check(open_it(&s.sealer, s.name, NOW, s.sealed, SEALED) == OKTA_UNSEALED_NOT, "no memory");
    check(errno == ENOMEM, "errno is %d", errno);
    check(ERR_GET_REASON(ERR_get_error()) == ERR_R_MALLOC_FAILURE, "the error is gone");
    check(ERR_peek_error() == 0, "errors were left behind");
}

rule(what_openssl_does_not_do_whole_is_not_done)
{
    static const struct {
        bool fails;
        int more; /* bytes that it says it wrote */
    } rows[] = {{true, 0}, {false, -1}, {false, 1}};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        /* the terms, the end, and the text */
        for (int n = 2; n <= 3; n++) {
            sample s = sample_until(NOW + 10);

            update = (struct update){n, rows[i].fails, rows[i].more, 0};
            check(!okta_seal(&s.sealer, s.name, NOW + 10, TEXT, sizeof(TEXT), s.sealed),
                  "row %zu, sealed at %d", i, n);
            s = sample_until(NOW + 10);
            update = (struct update){n, rows[i].fails, rows[i].more, 0};
            check(open_it(&s.sealer, s.name, NOW, s.sealed, SEALED) == OKTA_UNSEALED_NOT,
                  "row %zu, opened at %d", i, n);
        }
}

/* Where nothing could be done, or memory ran out, the text is not to blame. */
rule(what_cannot_be_opened_is_not_called_a_stranger_s)
{
    const sample s = sample_until(NOW + 10);

    update = (struct update){1, true, 0, 0};
    check(open_it(&s.sealer, s.name, NOW, s.sealed, SEALED) == OKTA_UNSEALED_NO_MEMORY, "terms");
    update = (struct update){2, true, 0, ENOMEM};
    check(open_it(&s.sealer, s.name, NOW, s.sealed, SEALED) == OKTA_UNSEALED_NO_MEMORY, "memory");
}

/* Those of one entry; the purpose's are the caller's. */
rule(keys_are_wiped_whole)
{
    const sample s = sample_until(NOW + 10);

    wiped = 0;
    sample_until(NOW + 10);
    check(wiped == OKTA_SEALED_KEY_BYTES, "%zu bytes, sealing", wiped);
    wiped = 0;
    open_it(&s.sealer, s.name, NOW, s.sealed, SEALED);
    check(wiped == OKTA_SEALED_KEY_BYTES, "%zu bytes, opening", wiped);
}
