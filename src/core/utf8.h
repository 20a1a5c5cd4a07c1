/* SPDX-License-Identifier: Apache-2.0 */
/* Characters and their bytes (RFC 3629). Any thread. */
#ifndef OKTA_CORE_UTF8_H
#define OKTA_CORE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

bool okta_is_surrogate(uint32_t code);

/* One character that is not ASCII, in its shortest form, no surrogate, nothing beyond U+10FFFF; *at
 * moves behind it. False: it is something else, or not whole. */
bool okta_utf8_read(const unsigned char **at, const unsigned char *end, uint32_t *code);

/* At most four bytes; returns what is behind them. */
char *okta_utf8_write(char *to, uint32_t code);

#endif
