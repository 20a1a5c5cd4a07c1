/* SPDX-License-Identifier: Apache-2.0 */
/* The content of an encrypted token: authenticated decryption (RFC 7518 section 5). */
#ifndef OKTA_CORE_JWE_CONTENT_H
#define OKTA_CORE_JWE_CONTENT_H

#include <stdbool.h>
#include <stddef.h>

#define OKTA_CEK_MAX 64

typedef struct okta_content_encryption {
    const char *name; /* enc */
    size_t key_bytes, iv_bytes, tag_bytes;
    const char *cipher; /* OpenSSL's name */
    const char *mac;    /* the digest of CBC's HMAC; NULL: GCM */
} okta_content_encryption;

/* By its exact name; NULL for any other. Static. */
const okta_content_encryption *okta_content_encryption_by_name(const char *name, size_t length);

typedef struct okta_span {
    const unsigned char *bytes;
    size_t length;
} okta_span;

/* Decoded; the lengths of iv and tag are those of the encryption, and of the text one that it can
 * have (okta_content_may_be). */
typedef struct okta_content {
    okta_span associated; /* the header as sent */
    okta_span iv, text, tag;
} okta_content;

/* Whether the lengths are ones of this encryption: known before any key is. */
bool okta_content_may_be(const okta_content_encryption *encryption, const okta_content *content);

typedef enum okta_opening {
    OKTA_CLOSED = 0, /* tag or padding do not fit the key */
    OKTA_OPENED,
    OKTA_OPENING_FAILED /* no verdict: OpenSSL failed, or is out of memory */
} okta_opening;

/* Decrypt into plain, which holds text.length bytes and 16 more. key: encryption->key_bytes of
 * them. Unless it is OKTA_OPENED plain is wiped. Whether the tag fits changes none of the steps.
 * May leave errors in OpenSSL's queue. Any thread. */
okta_opening okta_content_open(const okta_content_encryption *encryption, const unsigned char *key,
                               const okta_content *content, unsigned char *plain,
                               size_t *plain_length);

#endif
