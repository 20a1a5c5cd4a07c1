/* SPDX-License-Identifier: Apache-2.0 */
#include "core/nonce.h"

#include "core/base64url.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <string.h>

#define MAC_BYTES 24 /* of the 32 of HMAC-SHA-256: no padding bits, and nobody guesses them */
/* how long before its period begins a nonce is handed out: clients need not be told "another one"
 * right after a change */
#define AHEAD 60

_Static_assert(OKTA_BASE64URL_ENCODED(MAC_BYTES) == OKTA_NONCE_LENGTH, "a nonce is a MAC");

bool okta_nonces_init(okta_nonces *nonces)
{
    return RAND_bytes(nonces->secret, sizeof(nonces->secret)) == 1;
}

static bool nonce_of(const okta_nonces *nonces, int64_t period, char nonce[OKTA_NONCE_LENGTH + 1])
{
    unsigned char mac[EVP_MAX_MD_SIZE], message[8];

    for (size_t i = 0; i < sizeof(message); i++)
        message[i] = (unsigned char)((uint64_t)period >> (8 * i));
    if (!HMAC(EVP_sha256(), nonces->secret, (int)sizeof(nonces->secret), message, sizeof(message),
              mac, NULL))
        return false;
    okta_base64url_encode(mac, MAC_BYTES, nonce);
    return true;
}

static int64_t newest_period(int64_t now)
{
    return (now + AHEAD) / OKTA_NONCE_PERIOD;
}

bool okta_nonce_write(const okta_nonces *nonces, int64_t now, char nonce[OKTA_NONCE_LENGTH + 1])
{
    return nonce_of(nonces, newest_period(now), nonce);
}

okta_nonce_verdict okta_nonce_check(const okta_nonces *nonces, const char *nonce, size_t length,
                                    int64_t now)
{
    const int64_t period = now / OKTA_NONCE_PERIOD, newest = newest_period(now);
    okta_nonce_verdict verdict = OKTA_NONCE_BAD;
    char good[OKTA_NONCE_LENGTH + 1];

    if (length != OKTA_NONCE_LENGTH)
        return OKTA_NONCE_BAD;
    for (int64_t one = period - 1; one <= period + 1; one++) {
        if (!nonce_of(nonces, one, good))
            return OKTA_NONCE_NO_MEMORY;
        if (CRYPTO_memcmp(good, nonce, length) == 0)
            verdict = one == newest ? OKTA_NONCE_NEWEST : OKTA_NONCE_OLD;
    }
    return verdict;
}
