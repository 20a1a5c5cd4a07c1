/* SPDX-License-Identifier: Apache-2.0 */
/* For scripts/prove: of OpenSSL the readers only know that there are keys and numbers. */
#ifndef OKTA_PROVE_OPENSSL_EVP_H
#define OKTA_PROVE_OPENSSL_EVP_H

typedef struct evp_pkey_st EVP_PKEY;
typedef struct bignum_st BIGNUM;

#endif
