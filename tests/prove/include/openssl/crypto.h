/* SPDX-License-Identifier: Apache-2.0 */
/* For scripts/prove: what the readers call of OpenSSL's memory. */
#ifndef OKTA_PROVE_OPENSSL_CRYPTO_H
#define OKTA_PROVE_OPENSSL_CRYPTO_H

#include <string.h>

static inline void OPENSSL_cleanse(void *bytes, size_t length)
{
    memset(bytes, 0, length);
}

/* Reads all of both. */
static inline int CRYPTO_memcmp(const void *a, const void *b, size_t length)
{
    return memcmp(a, b, length);
}

#endif
