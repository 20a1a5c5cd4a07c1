/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/nonce.h"

#include "devserver/base64url.h"
#include <apr_strings.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <string.h>

/* Okta renews its nonce every 24 hours and takes the one before for three days. */
#define DAY 86400
#define DAYS_GOOD 3

static const char *nonce_of_day(apr_pool_t *p, const unsigned char *secret, const char *issuer,
                                apr_int64_t day)
{
    unsigned char mac[SHA256_DIGEST_LENGTH];
    const char *text = apr_psprintf(p, "%" APR_INT64_T_FMT " %s", day, issuer);
    return HMAC(EVP_sha256(), secret, OKTA_DEV_NONCE_SECRET_BYTES, (const unsigned char *)text,
                strlen(text), mac, NULL)
               ? okta_dev_base64url(p, mac, sizeof(mac))
               : NULL;
}

const char *okta_dev_nonce_make(apr_pool_t *p,
                                const unsigned char secret[OKTA_DEV_NONCE_SECRET_BYTES],
                                const char *issuer, apr_time_t now)
{
    return nonce_of_day(p, secret, issuer, apr_time_sec(now) / DAY);
}

bool okta_dev_nonce_is_good(apr_pool_t *p, const unsigned char secret[OKTA_DEV_NONCE_SECRET_BYTES],
                            const char *issuer, apr_time_t now, const char *nonce)
{
    apr_int64_t today = apr_time_sec(now) / DAY;
    size_t length = strlen(nonce);
    for (apr_int64_t day = today; day >= today - DAYS_GOOD; day--) {
        const char *good = nonce_of_day(p, secret, issuer, day);
        if (good && strlen(good) == length && CRYPTO_memcmp(good, nonce, length) == 0) {
            return true;
        }
    }
    return false;
}
