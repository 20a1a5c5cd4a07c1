/* SPDX-License-Identifier: Apache-2.0 */
/* An encrypted token: a compact JWE (RFC 7516 section 7.1) around a signed one. Opening it says
 * nothing about who made it, for the key is public: the token within has to be verified like any.
 */
#ifndef OKTA_CORE_JWE_H
#define OKTA_CORE_JWE_H

#include "core/decryption_key.h"
#include "core/jwe_content.h"
#include "core/trace.h"

#define OKTA_JWE_TRIES_MAX 4 /* keys that are tried for one token */

/* What opens tokens; const and borrowed. */
typedef struct okta_opener {
    const okta_decryption_key *const *keys; /* of keys that share a kid, or fit a token without one,
                                               the first ones are tried */
    size_t count;
    /* Asked once before private keys are put to work, on the same thread: false refuses the token
     * with OKTA_DECRYPTION_BUSY. NULL: always true. */
    bool (*may_work)(void *baton);
    void *baton;
} okta_opener;

typedef struct okta_opened {
    char *token; /* the one within, terminated; what it is has not been looked at */
    size_t length;
    const okta_decryption_key *key; /* that opened it */
} okta_opened;

/* Whether it has five parts. */
bool okta_jwe_is(const char *token, size_t length);

/* Open a token of five parts, of a length that is accepted. OKTA_OK fills opened, to be released by
 * okta_opened_clear; else it is empty, and result holds reason, detail and, as far as known, kid.
 * Where no key is there: OKTA_TOKEN_ENCRYPTED. OKTA_TOKEN_UNDECRYPTABLE for whatever keeps a
 * well-formed one closed; of keys that fit, all that could fail fails by the same steps and with
 * the same detail. trace may be NULL. Any thread. */
okta_reason okta_jwe_open(const okta_opener *opener, const char *token, size_t length,
                          const okta_trace *trace, okta_opened *opened, okta_result *result);

/* Wipe and free. */
void okta_opened_clear(okta_opened *opened);

/* The parts, split and decoded, and what the header says; nothing is decrypted. Filled by
 * okta_jwe_split and okta_jwe_read_header, in that order; owned by whoever declared it, released by
 * okta_jwe_clear. token is borrowed and must outlive it. One thread at a time. */
typedef struct okta_jwe {
    const char *token;
    unsigned char *block; /* the decoded parts */
    okta_span header_text;
    okta_span wrapped; /* the content's key, encrypted */
    okta_content content;
    okta_value *header;
    const okta_key_wrapping *wrapping; /* never NULL after okta_jwe_read_header, nor below */
    const okta_content_encryption *encryption;
    const char *kid; /* NULL: none; borrowed from header */
    size_t kid_length;
} okta_jwe;

/* Split and decode. OKTA_OK, or OKTA_TOKEN_MALFORMED, OKTA_OUT_OF_MEMORY with the detail in result;
 * okta_jwe_clear is due in every case. */
okta_reason okta_jwe_split(okta_jwe *jwe, const char *token, size_t length, okta_result *result);

/* Parse the header and judge what needs no key. OKTA_OK, or OKTA_HEADER_MALFORMED,
 * OKTA_HEADER_CRITICAL (crit), OKTA_TOKEN_UNDECRYPTABLE (what we do not decrypt),
 * OKTA_OUT_OF_MEMORY. The kid is copied to result. */
okta_reason okta_jwe_read_header(okta_jwe *jwe, okta_result *result);

void okta_jwe_clear(okta_jwe *jwe);

#endif
