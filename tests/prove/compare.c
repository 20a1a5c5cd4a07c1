/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons of the C library in plain C, where an entry rests on what they say: by Frama-C's
 * contracts they may say anything. */
#include <string.h>

int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *one = a, *other = b;

    for (size_t i = 0; i < n; i++)
        if (one[i] != other[i])
            return one[i] < other[i] ? -1 : 1;
    return 0;
}

int strncmp(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (a[i] != b[i])
            return (unsigned char)a[i] < (unsigned char)b[i] ? -1 : 1;
        if (a[i] == '\0')
            return 0;
    }
    return 0;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, (size_t)-1);
}
