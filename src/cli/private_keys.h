/* SPDX-License-Identifier: Apache-2.0 */
/* The private keys that open encrypted tokens, from files. One thread. */
#ifndef OKTA_CLI_PRIVATE_KEYS_H
#define OKTA_CLI_PRIVATE_KEYS_H

#include "core/jwe.h"

/* Owned by whoever declared it, empty at first, released by okta_private_keys_clear. */
typedef struct okta_private_keys {
    okta_decryption_keys **files; /* what each file held */
    size_t file_count;
    const okta_decryption_key **keys; /* all of them */
    size_t count;
} okta_private_keys;

/* Read one more file. False, with the complaint made, when it has no usable key. Keys that cannot
 * be used are named on standard error. */
bool okta_private_keys_read(okta_private_keys *keys, const char *path);

/* The same without a word; why: the cause. Owner and mode are not looked at by either. */
bool okta_private_keys_try(okta_private_keys *keys, const char *path, okta_error *why);

/* Open the token if it is an encrypted one and there are keys; else opened stays empty, and the
 * answer is OKTA_OK. As okta_jwe_open. */
okta_reason okta_private_keys_open(const okta_private_keys *keys, const char *token, size_t length,
                                   const okta_trace *trace, okta_opened *opened,
                                   okta_result *result);

/* Wipes them. */
void okta_private_keys_clear(okta_private_keys *keys);

#endif
