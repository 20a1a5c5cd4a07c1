#include "core/base64url.h"

#include <stdint.h>

/* The value of a character with IN beside it; zero is what the alphabet lacks. */
#define IN 0x40
static const uint8_t value_of[256] = {
    ['A'] = IN | 0,  ['B'] = IN | 1,  ['C'] = IN | 2,  ['D'] = IN | 3,  ['E'] = IN | 4,
    ['F'] = IN | 5,  ['G'] = IN | 6,  ['H'] = IN | 7,  ['I'] = IN | 8,  ['J'] = IN | 9,
    ['K'] = IN | 10, ['L'] = IN | 11, ['M'] = IN | 12, ['N'] = IN | 13, ['O'] = IN | 14,
    ['P'] = IN | 15, ['Q'] = IN | 16, ['R'] = IN | 17, ['S'] = IN | 18, ['T'] = IN | 19,
    ['U'] = IN | 20, ['V'] = IN | 21, ['W'] = IN | 22, ['X'] = IN | 23, ['Y'] = IN | 24,
    ['Z'] = IN | 25, ['a'] = IN | 26, ['b'] = IN | 27, ['c'] = IN | 28, ['d'] = IN | 29,
    ['e'] = IN | 30, ['f'] = IN | 31, ['g'] = IN | 32, ['h'] = IN | 33, ['i'] = IN | 34,
    ['j'] = IN | 35, ['k'] = IN | 36, ['l'] = IN | 37, ['m'] = IN | 38, ['n'] = IN | 39,
    ['o'] = IN | 40, ['p'] = IN | 41, ['q'] = IN | 42, ['r'] = IN | 43, ['s'] = IN | 44,
    ['t'] = IN | 45, ['u'] = IN | 46, ['v'] = IN | 47, ['w'] = IN | 48, ['x'] = IN | 49,
    ['y'] = IN | 50, ['z'] = IN | 51, ['0'] = IN | 52, ['1'] = IN | 53, ['2'] = IN | 54,
    ['3'] = IN | 55, ['4'] = IN | 56, ['5'] = IN | 57, ['6'] = IN | 58, ['7'] = IN | 59,
    ['8'] = IN | 60, ['9'] = IN | 61, ['-'] = IN | 62, ['_'] = IN | 63,
};

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Four characters to 24 bits; *all loses IN where any was outside the alphabet. */
static uint32_t quad(const unsigned char *in, uint32_t *all)
{
    uint32_t a = value_of[in[0]], b = value_of[in[1]], c = value_of[in[2]], d = value_of[in[3]];

    *all &= a & b & c & d;
    /* without each IN, which would stand in the lowest bit of the character before */
    return (a << 18) + (b << 12) + (c << 6) + d - ((IN << 18) + (IN << 12) + (IN << 6) + IN);
}

bool okta_base64url_decode(const char *text, size_t length, unsigned char *out, size_t *out_length)
{
    const unsigned char *in = (const unsigned char *)text;
    unsigned char *start = out;
    size_t tail = length % 4;
    uint32_t all = IN, left = 0;

    if (tail == 1)
        return false;
    for (const unsigned char *end = in + (length - tail); in < end; in += 4) {
        uint32_t bits = quad(in, &all);
        *out++ = (unsigned char)(bits >> 16);
        *out++ = (unsigned char)(bits >> 8 & 0xff);
        *out++ = (unsigned char)(bits & 0xff);
    }
    if (tail) {
        unsigned char last[4] = {in[0], in[1], tail == 3 ? in[2] : 'A', 'A'};
        uint32_t bits = quad(last, &all);
        *out++ = (unsigned char)(bits >> 16 & 0xff);
        if (tail == 3)
            *out++ = (unsigned char)(bits >> 8 & 0xff);
        left = tail == 3 ? bits & 0xff : bits & 0xffff;
    }
    *out_length = (size_t)(out - start);
    return all == IN && left == 0;
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
