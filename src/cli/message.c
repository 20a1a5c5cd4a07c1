/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/message.h"

#include <stdio.h>
#include <string.h>

#define LINE_BYTES 1024
#define SHOWN_BYTES 100

static void print(const char *kind, const char *format, va_list arguments) OKTA_VPRINTF(2);

static void print(const char *kind, const char *format, va_list arguments)
{
    char line[LINE_BYTES];

    okta_text_vformat(line, sizeof(line), format, arguments);
    fprintf(stderr, "okta-token: %s%s\n", kind, line);
}

bool okta_complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print("", format, arguments);
    va_end(arguments);
    return false;
}

void okta_tell(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print("", format, arguments);
    va_end(arguments);
}

void okta_warn(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print("warning: ", format, arguments);
    va_end(arguments);
}

const char *okta_shown(char *buffer, size_t size, const char *value)
{
    size_t length = strlen(value);

    if (length > SHOWN_BYTES || strncmp(value, "eyJ", 3) == 0)
        okta_text_format(buffer, size, "(%zu characters, not shown)", length);
    else
        okta_text_copy(buffer, size, value, length);
    return buffer;
}

void okta_reword(okta_error *error)
{
    static const struct {
        const char *directive;
        const char *option;
    } words[] = {
        {"set OktaInsecureHttp On", "say --insecure-http"},
        {"with OktaInsecureHttp On", "with --insecure-http"},
        {"set OktaJwksUri", "save that key set to a file and name it with --jwks"},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const char *found = strstr(error->text, words[i].directive);
        okta_error reworded;

        if (!found)
            continue;
        okta_error_set(&reworded, "%.*s%s%s", (int)(found - error->text), error->text,
                       words[i].option, found + strlen(words[i].directive));
        *error = reworded;
    }
}
