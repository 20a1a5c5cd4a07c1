/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL's error queue around a call: left as it was, and asked one question. */
#ifndef OKTA_CORE_CRYPTO_ERRORS_H
#define OKTA_CORE_CRYPTO_ERRORS_H

#include <stdbool.h>

typedef struct okta_crypto_errors {
    bool was_empty;
    int error; /* errno */
} okta_crypto_errors;

/* What calls left in the queue. */
typedef enum okta_crypto_left {
    OKTA_CRYPTO_LEFT_NOTHING,
    OKTA_CRYPTO_LEFT_ERRORS,
    OKTA_CRYPTO_LEFT_NO_MEMORY /* memory ran out meanwhile; what came out may be right all the same
                                */
} okta_crypto_left;

/* Before and after the calls, on one thread. `end` takes away what they left and says what it was:
 * without that, a failed verification and a failed allocation look alike. Newer versions of OpenSSL
 * leave nothing of a failed allocation; then errno tells of it, as malloc sets it. errno is left as
 * it was. */
void okta_crypto_errors_begin(okta_crypto_errors *errors);
okta_crypto_left okta_crypto_errors_end(okta_crypto_errors *errors);

#endif
