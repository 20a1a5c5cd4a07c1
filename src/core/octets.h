/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as eight bytes, the same ones on every machine. */
#ifndef OKTA_CORE_OCTETS_H
#define OKTA_CORE_OCTETS_H

#include <stdint.h>

#define OKTA_OCTETS 8

static inline void okta_octets_write(unsigned char *octets, int64_t number)
{
    for (int i = 0; i < OKTA_OCTETS; i++)
        octets[i] = (unsigned char)((uint64_t)number >> (8 * i));
}

static inline int64_t okta_octets_read(const unsigned char *octets)
{
    uint64_t number = 0;

    for (int i = 0; i < OKTA_OCTETS; i++)
        number |= (uint64_t)octets[i] << (8 * i);
    return (int64_t)number;
}

#endif
