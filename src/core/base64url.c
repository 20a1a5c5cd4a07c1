#include "core/base64url.h"

#include <stdint.h>

/* The value of a character plus one; zero is what the alphabet lacks. */
static const uint8_t value_of[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
    ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['-'] = 63, ['_'] = 64,
};

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Four characters to 24 bits; *bad collects whether any was outside the alphabet. */
static uint32_t quad(const unsigned char *in, uint32_t *bad)
{
    uint32_t a = value_of[in[0]], b = value_of[in[1]], c = value_of[in[2]], d = value_of[in[3]];

    *bad |= (uint32_t)(a == 0) | (uint32_t)(b == 0) | (uint32_t)(c == 0) | (uint32_t)(d == 0);
    return ((a - 1) << 18) | ((b - 1) << 12) | ((c - 1) << 6) | (d - 1);
}

bool okta_base64url_decode(const char *text, size_t length, unsigned char *out, size_t *out_length)
{
    const unsigned char *in = (const unsigned char *)text;
    unsigned char *start = out;
    size_t tail = length % 4;
    uint32_t bad = 0;

    if (tail == 1)
        return false;
    for (const unsigned char *end = in + (length - tail); in < end; in += 4) {
        uint32_t bits = quad(in, &bad);
        *out++ = (unsigned char)(bits >> 16);
        *out++ = (unsigned char)(bits >> 8 & 0xff);
        *out++ = (unsigned char)(bits & 0xff);
    }
    if (tail) {
        unsigned char last[4] = {in[0], in[1], tail == 3 ? in[2] : 'A', 'A'};
        uint32_t bits = quad(last, &bad);
        *out++ = (unsigned char)(bits >> 16 & 0xff);
        if (tail == 3)
            *out++ = (unsigned char)(bits >> 8 & 0xff);
        bad |= tail == 3 ? bits & 0xff : bits & 0xffff;
    }
    *out_length = (size_t)(out - start);
    return bad == 0;
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
