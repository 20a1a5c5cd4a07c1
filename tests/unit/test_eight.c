/* SPDX-License-Identifier: Apache-2.0 */
#include "core/eight.h"
#include "unit.h"

#include <string.h>

/* As loops over texts load them: where a byte stands must not matter. */
static uint64_t with(unsigned char byte, size_t at, unsigned char others)
{
    unsigned char bytes[8];
    uint64_t eight;

    memset(bytes, others, sizeof(bytes));
    bytes[at] = byte;
    memcpy(&eight, bytes, sizeof(eight));
    return eight;
}

rule(a_byte_below_the_limit_is_seen_at_each_place_whatever_stands_around_it)
{
    static const unsigned char limits[] = {1, 0x20, 0x80}, others[] = {0, 0x20, 'a', 0x7f, 0xff};

    for (size_t l = 0; l < COUNT_OF(limits); l++)
        for (size_t o = 0; o < COUNT_OF(others); o++)
            for (unsigned int byte = 0; byte < limits[l]; byte++)
                for (size_t at = 0; at < 8; at++)
                    check(okta_eight_below(with((unsigned char)byte, at, others[o]), limits[l]),
                          "%#x at %zu, else %#x", byte, at, others[o]);
}

rule(a_byte_is_seen_at_each_place_whatever_stands_around_it)
{
    static const unsigned char others[] = {0, 0x20, 'a', 0x7f, 0xff};

    for (size_t o = 0; o < COUNT_OF(others); o++)
        for (unsigned int byte = 0; byte < 256; byte++)
            for (size_t at = 0; at < 8; at++)
                check(
                    okta_eight_equal(with((unsigned char)byte, at, others[o]), (unsigned char)byte),
                    "%#x at %zu, else %#x", byte, at, others[o]);
}

rule(no_ascii_is_taken_for_what_it_is_not)
{
    for (unsigned int byte = 0x20; byte < 0x80; byte++)
        for (size_t at = 0; at < 8; at++) {
            uint64_t eight = with((unsigned char)byte, at, 'a');

            check(!okta_eight_below(eight, 0x20), "%#x at %zu", byte, at);
            check(!okta_eight_equal(eight, '"') == (byte != '"'), "%#x at %zu", byte, at);
        }
}
