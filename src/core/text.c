/* SPDX-License-Identifier: Apache-2.0 */
#include "core/text.h"

#include <stdio.h>
#include <string.h>

static bool is_printable(char c)
{
    return c >= 0x20 && c <= 0x7e;
}

void okta_text_vformat(char *buffer, size_t size, const char *format, va_list arguments)
{
    if (vsnprintf(buffer, size, format, arguments) < 0)
        buffer[0] = '\0';
    for (char *p = buffer; *p; p++)
        if (!is_printable(*p))
            *p = '?';
}

void okta_text_format(char *buffer, size_t size, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    okta_text_vformat(buffer, size, format, arguments);
    va_end(arguments);
}

void okta_text_copy(char *buffer, size_t size, const char *text, size_t length)
{
    size_t count = length < size ? length : size - 1;

    for (size_t i = 0; i < count; i++) {
        char c = text[i];
        buffer[i] = is_printable(c) && c != '"' && c != '\\' ? c : '?';
    }
    buffer[count] = '\0';
}

bool okta_error_set(okta_error *error, const char *format, ...)
{
    va_list arguments;

    if (!error)
        return false;
    va_start(arguments, format);
    okta_text_vformat(error->text, sizeof(error->text), format, arguments);
    va_end(arguments);
    return false;
}

static const char no_memory[] = "out of memory";

bool okta_error_set_no_memory(okta_error *error)
{
    return okta_error_set(error, "%s", no_memory);
}

bool okta_error_is_no_memory(const okta_error *error)
{
    return strcmp(error->text, no_memory) == 0;
}

bool okta_strings_contain(const okta_strings *list, const char *text, size_t length)
{
    for (size_t i = 0; i < list->count; i++)
        if (strlen(list->items[i]) == length && memcmp(list->items[i], text, length) == 0)
            return true;
    return false;
}

size_t okta_text_count(const char *text, size_t length, char c)
{
    const char *end = text + length;
    size_t count = 0;

    while (text < end && (text = memchr(text, c, (size_t)(end - text)))) {
        count++;
        text++;
    }
    return count;
}
