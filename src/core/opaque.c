/* SPDX-License-Identifier: Apache-2.0 */
#include "core/opaque.h"

#include "core/text.h"

#include <string.h>

/* base64 of both alphabets; -1: another character, which lenient readers pass over. */
static int sextet_of(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = c == '-'   ? digits + 62
                        : c == '_' ? digits + 63
                        : c        ? strchr(digits, c)
                                   : NULL;

    return found ? (int)(found - digits) : -1;
}

/* What may stand before JSON: blanks, the zeros of UTF-16 and UTF-32, byte order marks. */
static bool is_before_json(unsigned char byte, unsigned char previous)
{
    return byte <= ' ' || byte >= 0xfe || byte == 0xef || (byte == 0xbb && previous == 0xef) ||
           (byte == 0xbf && previous == 0xbb);
}

/* Also where it is empty, or nothing but blanks. */
static bool may_be_header(const char *part, size_t length)
{
    unsigned char previous = 0;
    unsigned int bits = 0;
    int count = 0;

    for (size_t i = 0; i < length; i++) {
        int sextet = sextet_of(part[i]);
        unsigned char byte;

        if (sextet < 0)
            continue;
        bits = (bits << 6 | (unsigned int)sextet) & 0x3fff;
        count += 6;
        if (count < 8)
            continue;
        count -= 8;
        byte = (unsigned char)(bits >> count & 0xff);
        if (!is_before_json(byte, previous))
            return byte == '{';
        previous = byte;
    }
    return true;
}

bool okta_token_is_opaque(const char *token, size_t length)
{
    const size_t dots = okta_text_count(token, length, '.');
    const char *end;

    if (dots != 2 && dots != 4)
        return true;
    end = memchr(token, '.', length);
    return !end || !may_be_header(token, (size_t)(end - token));
}
