/* SPDX-License-Identifier: Apache-2.0 */
#include "core/siphash.h"

#include <string.h>

typedef struct state {
    uint64_t v0, v1, v2, v3;
} state;

static inline uint64_t rotated(uint64_t word, unsigned int by)
{
    return word << by | word >> (64 - by);
}

static inline void round_of(state *s)
{
    s->v0 += s->v1;
    s->v1 = rotated(s->v1, 13) ^ s->v0;
    s->v0 = rotated(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = rotated(s->v3, 16) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = rotated(s->v3, 21) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = rotated(s->v1, 17) ^ s->v2;
    s->v2 = rotated(s->v2, 32);
}

static inline void take_in(state *s, uint64_t word)
{
    s->v3 ^= word;
    round_of(s);
    s->v0 ^= word;
}

static inline uint64_t end(state *s)
{
    for (int i = 0; i < 3; i++)
        round_of(s);
    return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

static inline uint64_t word_at(const unsigned char *bytes)
{
    uint64_t word;

    memcpy(&word, bytes, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* The last length % 8 bytes, the first one lowest: those of a word that begins earlier, where there
 * is one. */
static inline uint64_t rest_of(const unsigned char *bytes, size_t length)
{
    const size_t count = length % 8;
    uint64_t word = 0;

    if (count > 0 && length >= 8)
        return word_at(bytes + length - 8) >> 8 * (8 - count);
    for (size_t i = 0; i < count; i++)
        word |= (uint64_t)bytes[i] << 8 * i;
    return word;
}

void okta_siphash(const okta_siphash_key *key, uint64_t first, const void *bytes, size_t length,
                  uint64_t hash[2])
{
    const uint64_t k0 = key->words[0], k1 = key->words[1];
    const unsigned char *at = bytes, *whole = at + length / 8 * 8;
    state s = {k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d ^ 0xee, k0 ^ 0x6c7967656e657261,
               k1 ^ 0x7465646279746573};
    const uint64_t last = (uint64_t)(length + sizeof(first)) << 56;

    take_in(&s, first);
    for (; at < whole; at += 8)
        take_in(&s, word_at(at));
    take_in(&s, last | rest_of(bytes, length));
    s.v2 ^= 0xee;
    hash[0] = end(&s);
    s.v1 ^= 0xdd;
    hash[1] = end(&s);
}
