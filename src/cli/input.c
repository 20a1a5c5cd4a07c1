/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/input.h"

#include "cli/message.h"
#include "cli/wrapping.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INPUT_MAX ((size_t)16 << 20)
#define CHUNK ((size_t)16 << 10)

bool okta_input_stream(okta_input *input, FILE *file, const char *name)
{
    size_t size = 0;

    *input = (okta_input){NULL, 0};
    do {
        if (size - input->length < CHUNK) {
            char *grown = OPENSSL_clear_realloc(input->bytes, size, size ? size * 2 : 2 * CHUNK);

            if (!grown)
                return okta_complain("out of memory");
            input->bytes = grown;
            size = size ? size * 2 : 2 * CHUNK;
        }
        input->length += fread(input->bytes + input->length, 1, size - input->length - 1, file);
        if (input->length > INPUT_MAX)
            return okta_complain("%s: more than %zu MiB; is that the right file?", name,
                                 INPUT_MAX >> 20);
    } while (!feof(file) && !ferror(file));
    input->bytes[input->length] = '\0';
    return !ferror(file) || okta_complain("%s: cannot be read: %s", name, strerror(errno));
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

void okta_input_trim(okta_input *input)
{
    size_t start = 0;

    while (input->length > 0 && is_space(input->bytes[input->length - 1]))
        input->length--;
    while (start < input->length && is_space(input->bytes[start]))
        start++;
    input->length -= start;
    memmove(input->bytes, input->bytes + start, input->length);
    input->bytes[input->length] = '\0';
}

static bool read_token(okta_input *input)
{
    if (isatty(STDIN_FILENO))
        fprintf(stderr, "okta-token: enter the token, then Ctrl-D on a line of its own\n");
    if (!okta_input_stream(input, stdin, "standard input"))
        return false;
    okta_input_trim(input);
    return true;
}

bool okta_input_token(okta_input *input, int count, char **arguments)
{
    *input = (okta_input){NULL, 0};
    if (count > 1) {
        const char *wrapping = okta_wrapping(arguments[0], strlen(arguments[0]));

        return okta_complain("%d arguments besides the options where one token is expected; %s%s",
                             count, wrapping ? "give " : "is a quote missing?",
                             wrapping ? wrapping : "");
    }
    if (count == 1 && strcmp(arguments[0], "-") != 0) {
        input->bytes = OPENSSL_strdup(arguments[0]);
        input->length = input->bytes ? strlen(input->bytes) : 0;
        return input->bytes || okta_complain("out of memory");
    }
    return read_token(input);
}

bool okta_input_file(okta_input *input, const char *path, const char *name)
{
    FILE *file = fopen(path, "rb");
    struct stat status;
    bool good;

    *input = (okta_input){NULL, 0};
    if (!file)
        return okta_complain("%s: cannot be opened: %s; give a file that you may read", name,
                             strerror(errno));
    if (fstat(fileno(file), &status) == 0 && S_ISDIR(status.st_mode)) {
        fclose(file);
        return okta_complain("%s: it is a directory; give a file in it", name);
    }
    good = okta_input_stream(input, file, name);
    fclose(file);
    return good;
}

/* A file's name stays unsaid where none can be found: people put the token there by mistake. */
static bool read_token_file(okta_input *input, const char *path)
{
    if (access(path, F_OK) != 0)
        return okta_complain("--token-file: no such file can be found: %s; write the token into a "
                             "file and give its path, or give the token on standard input",
                             strerror(errno));
    if (!okta_input_file(input, path, "--token-file"))
        return false;
    okta_input_trim(input);
    return true;
}

bool okta_input_bound_token(okta_input *input, const char *path)
{
    const char *wrapping;

    *input = (okta_input){NULL, 0};
    if (!(path ? read_token_file(input, path) : read_token(input)))
        return false;
    wrapping = okta_wrapping(input->bytes, input->length);
    for (size_t i = 0; !wrapping && i < input->length; i++)
        if (input->bytes[i] < 0x21 || input->bytes[i] > 0x7e)
            wrapping = "the token alone, which is printable ASCII";
    return !wrapping || okta_complain("%s holds no token: give %s",
                                      path ? "--token-file" : "standard input", wrapping);
}

void okta_input_clear(okta_input *input)
{
    OPENSSL_clear_free(input->bytes, input->length);
    *input = (okta_input){NULL, 0};
}
