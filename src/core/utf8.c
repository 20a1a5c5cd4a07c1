/* SPDX-License-Identifier: Apache-2.0 */
#include "core/utf8.h"

#include <stddef.h>

bool okta_is_surrogate(uint32_t code)
{
    return code >= 0xd800 && code <= 0xdfff;
}

bool okta_utf8_read(const unsigned char **from, const unsigned char *end, uint32_t *code)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *at = *from;
    unsigned char lead = *at++;
    size_t more = lead >= 0xf8 ? 0 : lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;

    *code = lead & (0x3fu >> more);
    if (more == 0 || (size_t)(end - at) < more)
        return false;
    for (size_t i = 0; i < more; i++) {
        if ((*at & 0xc0) != 0x80)
            return false;
        *code = *code << 6 | (*at++ & 63);
    }
    *from = at;
    return *code >= least[more] && !okta_is_surrogate(*code) && *code <= 0x10ffff;
}

char *okta_utf8_write(char *to, uint32_t code)
{
    if (code < 0x80) {
        *to++ = (char)code;
        return to;
    }
    if (code < 0x800) {
        *to++ = (char)(0xc0 | code >> 6);
    } else {
        if (code < 0x10000) {
            *to++ = (char)(0xe0 | code >> 12);
        } else {
            *to++ = (char)(0xf0 | code >> 18);
            *to++ = (char)(0x80 | (code >> 12 & 63));
        }
        *to++ = (char)(0x80 | (code >> 6 & 63));
    }
    *to++ = (char)(0x80 | (code & 63));
    return to;
}
