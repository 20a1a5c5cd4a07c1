/* SPDX-License-Identifier: Apache-2.0 */
/* Base64url without padding (RFC 7515 section 2), strict in both directions. */
#ifndef OKTA_CORE_BASE64URL_H
#define OKTA_CORE_BASE64URL_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that `length` characters decode to; an upper bound where length is impossible. */
#define OKTA_BASE64URL_DECODED(length) ((length) / 4 * 3 + ((length) % 4 ? (length) % 4 - 1 : 0))

/* Characters that `length` bytes encode to, without a terminator. */
#define OKTA_BASE64URL_ENCODED(length) ((length) / 3 * 4 + ((length) % 3 ? (length) % 3 + 1 : 0))

/* Decode into out, which holds OKTA_BASE64URL_DECODED(length) bytes; sets *out_length. False, with
 * out undefined, for any character outside the alphabet (padding and whitespace too), a length of
 * 4n+1, or stray bits in the last character: one octet string has one encoding. Any thread. */
bool okta_base64url_decode(const char *text, size_t length, unsigned char *out, size_t *out_length);

/* Encode into out, which holds OKTA_BASE64URL_ENCODED(length) + 1 bytes, terminated. Any thread. */
void okta_base64url_encode(const unsigned char *bytes, size_t length, char *out);

#endif
