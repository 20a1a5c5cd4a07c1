/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base64url.h"

#include <stdint.h>

/* The bits of a character at a place of four, with the place's mark above the 24 bits; zero is what
 * the alphabet lacks. */
#define MARK(place) (UINT32_C(1) << (24 + (place)))
#define MARKS (MARK(0) | MARK(1) | MARK(2) | MARK(3))
#define BITS(value, place) (UINT32_C(value) << (18 - 6 * (place)) | MARK(place))
#define ALPHABET(place)                                                        \
    ['A'] = BITS(0, place), ['B'] = BITS(1, place), ['C'] = BITS(2, place),    \
    ['D'] = BITS(3, place), ['E'] = BITS(4, place), ['F'] = BITS(5, place),    \
    ['G'] = BITS(6, place), ['H'] = BITS(7, place), ['I'] = BITS(8, place),    \
    ['J'] = BITS(9, place), ['K'] = BITS(10, place), ['L'] = BITS(11, place),  \
    ['M'] = BITS(12, place), ['N'] = BITS(13, place), ['O'] = BITS(14, place), \
    ['P'] = BITS(15, place), ['Q'] = BITS(16, place), ['R'] = BITS(17, place), \
    ['S'] = BITS(18, place), ['T'] = BITS(19, place), ['U'] = BITS(20, place), \
    ['V'] = BITS(21, place), ['W'] = BITS(22, place), ['X'] = BITS(23, place), \
    ['Y'] = BITS(24, place), ['Z'] = BITS(25, place), ['a'] = BITS(26, place), \
    ['b'] = BITS(27, place), ['c'] = BITS(28, place), ['d'] = BITS(29, place), \
    ['e'] = BITS(30, place), ['f'] = BITS(31, place), ['g'] = BITS(32, place), \
    ['h'] = BITS(33, place), ['i'] = BITS(34, place), ['j'] = BITS(35, place), \
    ['k'] = BITS(36, place), ['l'] = BITS(37, place), ['m'] = BITS(38, place), \
    ['n'] = BITS(39, place), ['o'] = BITS(40, place), ['p'] = BITS(41, place), \
    ['q'] = BITS(42, place), ['r'] = BITS(43, place), ['s'] = BITS(44, place), \
    ['t'] = BITS(45, place), ['u'] = BITS(46, place), ['v'] = BITS(47, place), \
    ['w'] = BITS(48, place), ['x'] = BITS(49, place), ['y'] = BITS(50, place), \
    ['z'] = BITS(51, place), ['0'] = BITS(52, place), ['1'] = BITS(53, place), \
    ['2'] = BITS(54, place), ['3'] = BITS(55, place), ['4'] = BITS(56, place), \
    ['5'] = BITS(57, place), ['6'] = BITS(58, place), ['7'] = BITS(59, place), \
    ['8'] = BITS(60, place), ['9'] = BITS(61, place), ['-'] = BITS(62, place), \
    ['_'] = BITS(63, place),

static const uint32_t bits_of[4][256] = {
    {ALPHABET(0)}, {ALPHABET(1)}, {ALPHABET(2)}, {ALPHABET(3)}};

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Four characters to 24 bits, and above them whatever; *marks keeps all only where each was in the
 * alphabet. */
static uint32_t quad(const unsigned char *in, uint32_t *marks)
{
    uint32_t bits = bits_of[0][in[0]] | bits_of[1][in[1]] | bits_of[2][in[2]] | bits_of[3][in[3]];

    *marks &= bits;
    return bits;
}

bool okta_base64url_decode(const char *text, size_t length, unsigned char *out, size_t *out_length)
{
    const unsigned char *in = (const unsigned char *)text;
    unsigned char *start = out;
    size_t tail = length % 4;
    uint32_t marks = MARKS, left = 0;

    if (tail == 1)
        return false;
    for (const unsigned char *end = in + (length - tail); in < end; in += 4, out += 3) {
        uint32_t bits = quad(in, &marks);
        out[0] = (unsigned char)(bits >> 16 & 0xff);
        out[1] = (unsigned char)(bits >> 8 & 0xff);
        out[2] = (unsigned char)(bits & 0xff);
    }
    if (tail) {
        unsigned char last[4] = {in[0], in[1], tail == 3 ? in[2] : 'A', 'A'};
        uint32_t bits = quad(last, &marks);
        *out++ = (unsigned char)(bits >> 16 & 0xff);
        if (tail == 3)
            *out++ = (unsigned char)(bits >> 8 & 0xff);
        left = tail == 3 ? bits & 0xff : bits & 0xffff;
    }
    *out_length = (size_t)(out - start);
    return marks == MARKS && left == 0;
}

void okta_base64url_encode(const unsigned char *bytes, size_t length, char *out)
{
    size_t i = 0;

    for (; i + 2 < length; i += 3) {
        uint32_t bits = (uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8 | bytes[i + 2];
        *out++ = alphabet[bits >> 18];
        *out++ = alphabet[bits >> 12 & 63];
        *out++ = alphabet[bits >> 6 & 63];
        *out++ = alphabet[bits & 63];
    }
    if (i < length) {
        uint32_t bits = (uint32_t)bytes[i] << 16;
        if (i + 1 < length)
            bits |= (uint32_t)bytes[i + 1] << 8;
        *out++ = alphabet[bits >> 18];
        *out++ = alphabet[bits >> 12 & 63];
        if (i + 1 < length)
            *out++ = alphabet[bits >> 6 & 63];
    }
    *out = '\0';
}
