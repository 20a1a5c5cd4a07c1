/* SPDX-License-Identifier: Apache-2.0 */
/* For entries of scripts/prove that look at whole texts: all bytes in classes, which the code
 * treats alike. Each word of classes is looked at by itself, so that Eva can count in it. All texts
 * are among those words, whatever the classes are. Included behind the entry's own CLASS_SETS, the
 * classes but two: what is in none of them, and what is beyond ASCII. */
#ifndef OKTA_PROVE_CLASSES_H
#define OKTA_PROVE_CLASSES_H

#include "prove.h"

#include <string.h>

#define WORD_MAX 8
#define WORDS 100000 /* more than there are in any entry: each has states of its own */

static const char *const class_sets[] = {CLASS_SETS};
#define CLASSES (sizeof(class_sets) / sizeof(class_sets[0]) + 2)

static unsigned char class_bytes[CLASSES][256];
static size_t class_sizes[CLASSES];

/* Each byte into its class, so that none is left out. Without NUL for texts that it ends: those are
 * the shorter ones. */
static void sort_bytes(bool with_nul)
{
    for (int c = !with_nul; c < 256; c++) {
        size_t class = 0;

        while (class < CLASSES - 2 && !(c && strchr(class_sets[class], c)))
            class ++;
        class += class == CLASSES - 2 && c >= 0x80;
        class_bytes[class][class_sizes[class]++] = (unsigned char)c;
    }
}

static char any_of(size_t class)
{
    return (char)class_bytes[class][Frama_C_interval(0, (int)class_sizes[class] - 1)];
}

/* The next word of length classes; false behind the last one, and it is the first one again. */
static bool next_word(size_t *word, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (++word[i] < CLASSES)
            return true;
        word[i] = 0;
    }
    return false;
}

/* Between what stands in front and behind: any bytes of the word's classes. The whole is
 * exactly as long as they are together, and as `more` bytes that are not written. */
static char *text_around(const char *front, const size_t *word, size_t length, const char *behind,
                         size_t more)
{
    const size_t head = strlen(front), tail = strlen(behind);
    char *text = room(head + length + tail + more);

    if (head > 0)
        memcpy(text, front, head);
    for (size_t i = 0; i < length; i++)
        text[head + i] = any_of(word[i]);
    if (tail > 0)
        memcpy(text + head + length, behind, tail);
    return text;
}

#endif
