/* SPDX-License-Identifier: Apache-2.0 */
#include "core/octets.h"
#include "unit.h"

#include <string.h>

/* Other machines, and other versions, read what is written here. */
rule(numbers_are_written_with_the_lowest_byte_first)
{
    static const struct {
        int64_t number;
        unsigned char octets[OKTA_OCTETS];
    } rows[] = {
        {0, {0}},
        {1, {1}},
        {-1, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
        {INT64_MAX, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}},
        {INT64_MIN, {0, 0, 0, 0, 0, 0, 0, 0x80}},
        {INT64_C(0x0123456789abcdef), {0xef, 0xcd, 0xab, 0x89, 0x67, 0x45, 0x23, 0x01}},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        unsigned char *octets = (unsigned char *)exact("\xa5\xa5\xa5\xa5\xa5\xa5\xa5\xa5", 8);

        okta_octets_write(octets, rows[i].number);
        check(memcmp(octets, rows[i].octets, OKTA_OCTETS) == 0, "row %zu: written", i);
        check(okta_octets_read(octets) == rows[i].number, "row %zu: read", i);
    }
}

rule(each_bit_counts)
{
    for (int bit = 0; bit < 64; bit++) {
        const int64_t number = (int64_t)(UINT64_C(1) << bit);
        unsigned char octets[OKTA_OCTETS];

        okta_octets_write(octets, number);
        check(octets[bit / 8] == 1 << bit % 8 && okta_octets_read(octets) == number, "bit %d", bit);
    }
}
