/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded text that is safe to log: printable ASCII whatever went in. */
#ifndef OKTA_CORE_TEXT_H
#define OKTA_CORE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#define OKTA_PRINTF(string, first) __attribute__((format(printf, string, first)))
#define OKTA_VPRINTF(string) __attribute__((format(printf, string, 0)))

/* What went wrong outside a token: a key set, metadata, a configured value. Plain value type; set
 * it before it is read. */
typedef struct okta_error {
    char text[512];
} okta_error;

/* A fixed list of strings. Borrowed: whoever fills it owns the strings. */
typedef struct okta_strings {
    size_t count;
    const char *const *items;
} okta_strings;

/* Format into buffer[size] (size > 0), cut where it is full, then replace every byte outside
 * %x20-7E and the double quote of an argument is left alone. Any thread; never fails. */
void okta_text_format(char *buffer, size_t size, const char *format, ...) OKTA_PRINTF(3, 4);
void okta_text_vformat(char *buffer, size_t size, const char *format, va_list arguments)
    OKTA_VPRINTF(3);

/* Copy length bytes of untrusted text into buffer[size], cut and made printable; quotes and
 * backslashes become '?' too, so that the copy can stand between quotes in a log line. */
void okta_text_copy(char *buffer, size_t size, const char *text, size_t length);

/* Format into error; returns false, so that `return okta_error_set(…)` reads well. error may be
 * NULL. */
bool okta_error_set(okta_error *error, const char *format, ...) OKTA_PRINTF(2, 3);

/* Out of memory, which says nothing about what was looked at. Setting returns false; error may be
 * NULL. */
bool okta_error_set_no_memory(okta_error *error);
bool okta_error_is_no_memory(const okta_error *error);

/* How often c stands in text[length]. */
size_t okta_text_count(const char *text, size_t length, char c);

/* Exact, case-sensitive membership. */
bool okta_strings_contain(const okta_strings *list, const char *text, size_t length);

#endif
