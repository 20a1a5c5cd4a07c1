/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of a fault, without its words: core/text.c has the real ones. */
#include "core/text.h"

bool okta_error_set(okta_error *error, const char *format, ...)
{
    if (error) {
        error->text[0] = '?';
        error->text[1] = '\0';
    }
    return false;
}

bool okta_error_set_no_memory(okta_error *error)
{
    if (error) {
        error->text[0] = '!';
        error->text[1] = '\0';
    }
    return false;
}

bool okta_error_is_no_memory(const okta_error *error)
{
    return error->text[0] == '!';
}

void okta_text_format(char *buffer, size_t size, const char *format, ...)
{
    buffer[0] = '?';
    buffer[size > 1] = '\0';
}

void okta_text_copy(char *buffer, size_t size, const char *text, size_t length)
{
    size_t count = length < size ? length : size - 1;

    for (size_t i = 0; i < count; i++)
        buffer[i] = text[i];
    buffer[count] = '\0';
}
