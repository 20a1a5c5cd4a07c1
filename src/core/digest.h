/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256, with the algorithm looked up once for the process. */
#ifndef OKTA_CORE_DIGEST_H
#define OKTA_CORE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#define OKTA_DIGEST_BYTES 32

/* Digest of length bytes; false when out of memory. Any thread. */
bool okta_digest(const void *bytes, size_t length, unsigned char digest[OKTA_DIGEST_BYTES]);

#endif
