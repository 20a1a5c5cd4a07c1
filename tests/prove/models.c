/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers call and this proof is not about: contracts instead of code. */
#include "__fc_builtin.h"

#include <pthread.h>

int pthread_once(pthread_once_t *once, void (*run)(void))
{
    if (Frama_C_interval(0, 1))
        run();
    return 0;
}

locale_t newlocale(int mask, const char *name, locale_t base)
{
    static int made;

    return Frama_C_interval(0, 1) ? (locale_t)&made : (locale_t)0;
}

/* Reads on from text to the end of what looks like a number; where something else follows within
 * the text, as core/number.c has seen to, no further. */
double strtod_l(const char *text, char **end, locale_t locale)
{
    double any;

    Frama_C_make_unknown((char *)&any, sizeof(any));
    return any;
}
