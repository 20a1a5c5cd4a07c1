/* SPDX-License-Identifier: Apache-2.0 */
/* What a JWK (RFC 7517) says, checked: of key.c, which makes a key of it. */
#ifndef OKTA_CORE_JWK_H
#define OKTA_CORE_JWK_H

#include "core/algorithm.h"
#include "core/text.h"
#include "core/value.h"

#include <openssl/evp.h>

#define OKTA_RSA_MIN_BITS 2048
#define OKTA_RSA_MAX_BITS 8192
#define OKTA_KID_MAX_BYTES 512
#define OKTA_RSA_EXPONENT_MAX_BITS 64
#define OKTA_MATERIAL_MAX ((OKTA_RSA_MAX_BITS + OKTA_RSA_EXPONENT_MAX_BITS) / 8)

/* The numbers of a public key, spelled the same whatever its JWK looks like: e and n without zeros
 * in front, or the point. */
typedef struct okta_material {
    size_t length;
    unsigned char bytes[OKTA_MATERIAL_MAX];
} okta_material;

typedef struct okta_jwk {
    EVP_PKEY *pkey; /* the caller's */
    okta_key_kind kind;
    const okta_algorithm *only; /* the one algorithm that it serves; NULL: all of its kind */
    size_t modulus_bytes;       /* of RSA */
    okta_material material;
} okta_jwk;

/* Read a JWK that may verify. Members that are null are absent. False, with the cause in error, for
 * what okta_key_from_jwk refuses; nothing is to be freed then. Any thread. */
bool okta_jwk_read(const okta_value *value, okta_jwk *jwk, okta_error *error);

/* Whether an RSA key of modulus n and exponent e is neither weak nor huge; false with the cause. */
bool okta_rsa_is_sound(const BIGNUM *n, const BIGNUM *e, okta_error *error);

#endif
