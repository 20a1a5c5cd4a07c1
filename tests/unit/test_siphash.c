/* SPDX-License-Identifier: Apache-2.0 */
#include "core/octets.h"
#include "core/siphash.h"
#include "unit.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 80

/* The lowest byte first, on every machine. */
static void read_words(const unsigned char *bytes, uint64_t words[2])
{
    for (int i = 0; i < 2; i++)
        words[i] = (uint64_t)okta_octets_read(bytes + OKTA_OCTETS * i);
}

/* OpenSSL's, of 16 bytes, with one round for each word and three at the end. */
static bool by_openssl(const unsigned char *key, const unsigned char *bytes, size_t length,
                       uint64_t hash[2])
{
    unsigned int size = 16, one = 1, three = 3;
    OSSL_PARAM terms[] = {OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_SIZE, &size),
                          OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_C_ROUNDS, &one),
                          OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_D_ROUNDS, &three),
                          OSSL_PARAM_END};
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
    unsigned char made[2 * OKTA_OCTETS] = {0};
    bool good = context && EVP_MAC_init(context, key, 16, terms) == 1 &&
                EVP_MAC_update(context, bytes, length) == 1 &&
                EVP_MAC_final(context, made, NULL, sizeof(made)) == 1;

    read_words(made, hash);
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
    return good;
}

rule(it_is_siphash_of_128_bits_for_every_length)
{
    unsigned char bytes[LONGEST], key_bytes[16];
    okta_siphash_key key;

    for (int i = 0; i < LONGEST; i++)
        bytes[i] = (unsigned char)(i * 7 + 3);
    for (int i = 0; i < 16; i++)
        key_bytes[i] = (unsigned char)i;
    read_words(key_bytes, key.words);
    for (size_t length = 8; length <= LONGEST; length++) {
        char *behind = exact((const char *)bytes + 8, length - 8);
        uint64_t ours[2], theirs[2];
        const uint64_t first = (uint64_t)okta_octets_read(bytes);

        okta_siphash(&key, first, behind, length - 8, ours);
        need(by_openssl(key_bytes, bytes, length, theirs), "OpenSSL has none");
        check(memcmp(ours, theirs, sizeof(ours)) == 0, "%zu bytes", length);
    }
}
