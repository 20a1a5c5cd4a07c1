/* SPDX-License-Identifier: Apache-2.0 */
/* A compact JWS (RFC 7515 section 7.1), split and decoded, NOT verified. */
#ifndef OKTA_CORE_JWS_H
#define OKTA_CORE_JWS_H

#include "core/algorithm.h"
#include "core/result.h"
#include "core/value.h"

/* What the typ header says (RFC 7519 section 5.1; media types compare without case). */
typedef enum okta_type {
    OKTA_TYPE_ABSENT,
    OKTA_TYPE_JWT,
    OKTA_TYPE_AT_JWT,
    OKTA_TYPE_ORG_SERVER,
    OKTA_TYPE_DPOP,   /* a proof (RFC 9449 section 4.2), never an access token */
    OKTA_TYPE_OPAQUE, /* no JWS: its issuer said what is in it (core/introspection.h) */
    OKTA_TYPE_OTHER
} okta_type;

/* Filled by okta_jws_split and okta_jws_read_header, in that order; owned by whoever declared it,
 * released by okta_jws_clear. token is borrowed and must outlive it. One thread at a time. */
typedef struct okta_jws {
    const char *token;
    size_t signing_length; /* "header.payload" */
    unsigned char *block;  /* the decoded parts */
    const unsigned char *header_text;
    size_t header_length;
    const unsigned char *payload;
    size_t payload_length;
    const unsigned char *signature;
    size_t signature_length;
    okta_value *header;
    const char *alg; /* borrowed from header */
    size_t alg_length;
    const okta_algorithm *algorithm; /* NULL: one that we do not know */
    okta_type type;
    const char *kid; /* NULL: none; borrowed from header */
    size_t kid_length;
} okta_jws;

/* Split and decode. OKTA_OK, or OKTA_TOKEN_MALFORMED, OKTA_TOKEN_ENCRYPTED (five parts),
 * OKTA_OUT_OF_MEMORY with the detail in result; okta_jws_clear is due in every case. */
okta_reason okta_jws_split(okta_jws *jws, const char *token, size_t length, okta_result *result);

/* Parse the header. OKTA_OK, or OKTA_HEADER_MALFORMED, OKTA_HEADER_CRITICAL (crit, b64, zip),
 * OKTA_TOKEN_ENCRYPTED. The kid is copied to result. typ and alg are only classified. */
okta_reason okta_jws_read_header(okta_jws *jws, okta_result *result);

void okta_jws_clear(okta_jws *jws);

#endif
