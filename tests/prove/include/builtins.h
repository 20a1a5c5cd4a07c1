/* SPDX-License-Identifier: Apache-2.0 */
/* Put in front of each file by scripts/prove: what gcc and POSIX have and Frama-C does not know. */
#ifndef OKTA_PROVE_BUILTINS_H
#define OKTA_PROVE_BUILTINS_H

#include <locale.h>
#include <stdbool.h>
#include <stdint.h>

#define __builtin_mul_overflow prove_mul_overflow
#define __builtin_sub_overflow prove_sub_overflow

/* Of what the readers ask about: in which byte the lowest bit stands, that byte's highest. */
#define __builtin_ctzll(answer) prove_ctz()

static inline int prove_ctz(void)
{
    int Frama_C_interval(int min, int max);

    switch (Frama_C_interval(0, 7)) {
    case 0:
        return 7;
    case 1:
        return 15;
    case 2:
        return 23;
    case 3:
        return 31;
    case 4:
        return 39;
    case 5:
        return 47;
    case 6:
        return 55;
    default:
        return 63;
    }
}

bool prove_mul_overflow(int64_t a, int64_t b, int64_t *result);
bool prove_sub_overflow(int64_t a, int64_t b, int64_t *result);
double strtod_l(const char *text, char **end, locale_t locale);

#endif
