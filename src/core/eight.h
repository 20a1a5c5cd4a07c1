/* SPDX-License-Identifier: Apache-2.0 */
/* Eight bytes at once, for loops over texts in which what is looked for is rare. The answers err on
 * one side: 0 is sure, anything else says that the bytes have to be looked at one by one. */
#ifndef OKTA_CORE_EIGHT_H
#define OKTA_CORE_EIGHT_H

#include <stddef.h>
#include <stdint.h>

/* The byte eight times. */
#define OKTA_EIGHT(byte) (UINT64_C(0x0101010101010101) * (byte))

/* 0: no byte is below limit, which is at most 0x80. One that is borrows when limit is subtracted,
 * which sets its highest bit; in bytes beyond ASCII that may be set anyway. */
static inline uint64_t okta_eight_below(uint64_t eight, unsigned char limit)
{
    return (eight - OKTA_EIGHT(limit)) & OKTA_EIGHT(0x80);
}

/* 0: no byte is this one, which an exclusive or makes 0. */
static inline uint64_t okta_eight_equal(uint64_t eight, unsigned char byte)
{
    return okta_eight_below(eight ^ OKTA_EIGHT(byte), 1);
}

/* How many bytes surely stand before the first that the answer, which is not 0, is about: borrows
 * go from the first bytes to the last, where those are the low ones. */
static inline size_t okta_eight_before(uint64_t answer)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (size_t)__builtin_ctzll(answer) / 8;
#else
    (void)answer;
    return 0;
#endif
}

#endif
