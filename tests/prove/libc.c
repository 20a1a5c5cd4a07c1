/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of the C library that Frama-C has no code for, in plain C: what they read is looked at
 * byte by byte. */
#include <stddef.h>
#include <string.h>
#include <strings.h>

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c | 0x20 : (unsigned char)c;
}

int strncasecmp(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (lower(a[i]) != lower(b[i]))
            return lower(a[i]) < lower(b[i]) ? -1 : 1;
        if (b[i] == '\0')
            return 0;
    }
    return 0;
}

int strcasecmp(const char *a, const char *b)
{
    return strncasecmp(a, b, (size_t)-1);
}

static size_t span(const char *text, const char *of, int is_of)
{
    size_t length = 0;

    while (text[length] && !strchr(of, text[length]) != is_of)
        length++;
    return length;
}

size_t strspn(const char *text, const char *accept)
{
    return span(text, accept, 1);
}

size_t strcspn(const char *text, const char *reject)
{
    return span(text, reject, 0);
}

/* Only where an entry has it inlined: then Eva tells apart where the byte stands. */
void *memchr(const void *text, int c, size_t n)
{
    const volatile unsigned char *at = text;

    for (size_t i = 0; i < n; i++)
        if (at[i] == (unsigned char)c)
            return (char *)text + i;
    return NULL;
}
