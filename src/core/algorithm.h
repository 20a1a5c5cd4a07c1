/* SPDX-License-Identifier: Apache-2.0 */
/* The JWS algorithms (RFC 7518 section 3, RFC 8037), and the one gate from an algorithm to the keys
 * it takes. */
#ifndef OKTA_CORE_ALGORITHM_H
#define OKTA_CORE_ALGORITHM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum okta_algorithm_id {
    OKTA_RS256,
    OKTA_RS384,
    OKTA_RS512,
    OKTA_PS256,
    OKTA_PS384,
    OKTA_PS512,
    OKTA_ES256,
    OKTA_ES384,
    OKTA_ES512,
    OKTA_EDDSA,
    OKTA_ALGORITHM_COUNT
} okta_algorithm_id;

/* A key type together with its curve. */
typedef enum okta_key_kind {
    OKTA_KEY_RSA,
    OKTA_KEY_P256,
    OKTA_KEY_P384,
    OKTA_KEY_P521,
    OKTA_KEY_ED25519
} okta_key_kind;

typedef struct okta_algorithm {
    okta_algorithm_id id;
    const char *name;
    okta_key_kind key_kind;
    const char *digest;     /* OpenSSL's name; NULL for EdDSA */
    bool pss;               /* RSASSA-PSS, salt as long as the digest */
    size_t signature_bytes; /* 0: as long as the RSA modulus */
} okta_algorithm;

/* A set of okta_algorithm_id, one bit each. */
typedef uint32_t okta_algorithm_set;

#define OKTA_ALGORITHM_BIT(id) ((okta_algorithm_set)1 << (id))
#define OKTA_ALGORITHMS_ALL (OKTA_ALGORITHM_BIT(OKTA_ALGORITHM_COUNT) - 1)
#define OKTA_ALGORITHMS_DEFAULT OKTA_ALGORITHM_BIT(OKTA_RS256)

/* By its exact, case-sensitive name; NULL for any other, "none" and the HMACs among them. Static.
 */
const okta_algorithm *okta_algorithm_by_name(const char *name, size_t length);

/* By id, which must be below OKTA_ALGORITHM_COUNT. Static. */
const okta_algorithm *okta_algorithm_by_id(okta_algorithm_id id);

#endif
