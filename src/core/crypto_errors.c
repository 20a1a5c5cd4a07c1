#include "core/crypto_errors.h"

#include <openssl/err.h>

static bool is_memory(unsigned long code)
{
    return ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
}

void okta_crypto_errors_begin(okta_crypto_errors *errors)
{
    errors->was_empty = ERR_peek_error() == 0;
    if (!errors->was_empty)
        ERR_set_mark();
}

bool okta_crypto_errors_end(okta_crypto_errors *errors)
{
    bool memory = is_memory(ERR_peek_last_error());

    if (!errors->was_empty) {
        /* what is below the mark is somebody else's, and only the last one can be looked at */
        ERR_pop_to_mark();
        return memory;
    }
    for (unsigned long code = ERR_get_error(); code != 0; code = ERR_get_error())
        memory = memory || is_memory(code);
    return memory;
}
