/* SPDX-License-Identifier: Apache-2.0 */
#include "core/crypto_errors.h"

#include <errno.h>
#include <openssl/err.h>

#define FENCE 1

static bool is_memory(unsigned long code)
{
    return ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
}

/* Stands between what was in the queue before and what comes now. */
static bool is_fence(unsigned long code)
{
    return ERR_GET_LIB(code) == ERR_LIB_USER && ERR_GET_REASON(code) == FENCE;
}

void okta_crypto_errors_begin(okta_crypto_errors *errors)
{
    errors->was_empty = ERR_peek_error() == 0;
    errors->error = errno;
    errno = 0;
    if (errors->was_empty)
        return;
    ERR_set_mark();
    ERR_raise(ERR_LIB_USER, FENCE);
}

static okta_crypto_left left_by(unsigned long code)
{
    if (code == 0 || is_fence(code))
        return OKTA_CRYPTO_LEFT_NOTHING;
    return is_memory(code) ? OKTA_CRYPTO_LEFT_NO_MEMORY : OKTA_CRYPTO_LEFT_ERRORS;
}

okta_crypto_left okta_crypto_errors_end(okta_crypto_errors *errors)
{
    okta_crypto_left left = left_by(ERR_peek_last_error());

    if (errno == ENOMEM)
        left = OKTA_CRYPTO_LEFT_NO_MEMORY;
    errno = errors->error;
    if (!errors->was_empty) {
        /* of what is behind the fence only the last one can be looked at */
        ERR_pop_to_mark();
        return left;
    }
    for (unsigned long code = ERR_get_error(); code != 0; code = ERR_get_error())
        if (is_memory(code))
            left = OKTA_CRYPTO_LEFT_NO_MEMORY;
    return left;
}
