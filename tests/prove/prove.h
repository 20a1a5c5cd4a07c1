/* SPDX-License-Identifier: Apache-2.0 */
/* For the entries of scripts/prove: input that may be anything. */
#ifndef OKTA_PROVE_H
#define OKTA_PROVE_H

#include "__fc_builtin.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/* The entry: each length from 0 to most is looked at by itself, so that a buffer has exactly that
 * many bytes. */
#define PROVE(most)                                         \
    static void prove(size_t length);                       \
    int main(void)                                          \
    {                                                       \
        /*@ loop unroll (most) + 1; */                      \
        for (size_t length = 0; length <= (most); length++) \
            prove(length);                                  \
        return 0;                                           \
    }                                                       \
    static void prove(size_t length)

/* Room for size bytes, none of them written. */
static void *room(size_t size)
{
    void *bytes = malloc(size);

    if (!bytes)
        exit(0);
    return bytes;
}

/* length bytes of any content, and not one more. */
static char *any_bytes(size_t length)
{
    char *bytes = room(length);

    if (length > 0)
        Frama_C_make_unknown(bytes, length);
    return bytes;
}

/* A text of length characters of any content, then a NUL; others may stand before. */
static char *any_string(size_t length)
{
    char *text = any_bytes(length + 1);

    text[length] = '\0';
    return text;
}

#endif
