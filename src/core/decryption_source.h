/* SPDX-License-Identifier: Apache-2.0 */
/* Private keys as files have them, PEM or JWK: of decryption_key.c, which makes keys of them. */
#ifndef OKTA_CORE_DECRYPTION_SOURCE_H
#define OKTA_CORE_DECRYPTION_SOURCE_H

#include "core/key_wrapping.h"
#include "core/text.h"

#include <openssl/evp.h>

typedef struct okta_decryption_source {
    EVP_PKEY *pkey;                /* borrowed; NULL: it could not be read */
    const char *kid;               /* borrowed; NULL: none */
    const okta_key_wrapping *only; /* NULL: any */
} okta_decryption_source;

/* Told of each key in the text, with the fault of one that is no use (else NULL). False ends the
 * reading. */
typedef bool okta_source_fn(void *baton, const okta_decryption_source *source,
                            const okta_error *fault);

/* Read the text. False, with the cause in error, for a text that is neither, and where `found`
 * ended it. Wipes what it took from the text. Any thread. */
bool okta_decryption_source_read(const char *text, size_t length, okta_source_fn *found,
                                 void *baton, okta_error *error);

#endif
