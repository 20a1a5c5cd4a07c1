/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/secret.h"

#include "cli/message.h"
#include "cli/prompt.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_MAX 4096

static bool keep(okta_input *secret, const char *text)
{
    secret->bytes = OPENSSL_strdup(text);
    secret->length = secret->bytes ? strlen(secret->bytes) : 0;
    return secret->bytes || okta_complain("out of memory");
}

static void warn_of_readers(const char *path)
{
    struct stat status;

    if (stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
        (status.st_mode & (S_IRGRP | S_IROTH)))
        okta_warn("--secret-file \"%s\": other users may read it (mode %04o); chmod 600 stops that",
                  path, (unsigned int)(status.st_mode & 07777));
}

static bool is_line_end(char c)
{
    return c == '\r' || c == '\n';
}

/* What was meant for another program, or by another editor. */
static const char *fault_of(const okta_input *secret)
{
    if (secret->length == 0)
        return "it is empty; write the client secret into it";
    if (secret->bytes[strcspn(secret->bytes, "\r\n")])
        return "it has several lines; write the client secret into it as one line, and nothing "
               "else";
    if (strlen(secret->bytes) != secret->length || secret->length > SECRET_MAX)
        return "that is no client secret; write it there as one line of text";
    return NULL;
}

static void warn_of_surroundings(const okta_input *secret, const char *path)
{
    const char *text = secret->bytes;
    size_t name = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");

    if (text[0] == '{')
        okta_warn(
            "--secret-file \"%s\": it looks like JSON, and all of it is taken for the secret; "
            "write the secret alone into it",
            path);
    else if (name > 1 && text[name] == '=')
        okta_warn("--secret-file \"%s\": it looks like NAME=secret, and all of it is taken for the "
                  "secret; leave the name out, or export it and use --secret-env",
                  path);
    else if (text[0] == ' ' || text[0] == '\t' || text[secret->length - 1] == ' ' ||
             text[secret->length - 1] == '\t')
        okta_warn("--secret-file \"%s\": the blanks around the secret are taken for a part of it",
                  path);
}

/* An editor's mark in front, line ends behind. */
static void trim(okta_input *secret)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t skipped = strncmp(secret->bytes, mark, 3) == 0 ? 3 : 0;

    secret->length -= skipped;
    memmove(secret->bytes, secret->bytes + skipped, secret->length + 1);
    while (secret->length > 0 && is_line_end(secret->bytes[secret->length - 1]))
        secret->bytes[--secret->length] = '\0';
}

static bool from_file(okta_input *secret, const char *path)
{
    const char *fault;

    if (!*path)
        return okta_complain("--secret-file \"\": no file; is a shell variable unset?");
    /* its name stays unsaid: people put the secret there by mistake */
    if (access(path, F_OK) != 0)
        return okta_complain(
            "--secret-file: no such file can be found: %s; write the client secret "
            "into a file that only you can read, and give the path of that file "
            "(what was given is not shown, for it may be the secret itself)",
            strerror(errno));
    if (!okta_input_file(secret, path, "--secret-file: the file"))
        return false;
    warn_of_readers(path);
    trim(secret);
    fault = fault_of(secret);
    if (fault)
        return okta_complain("--secret-file \"%s\": %s", path, fault);
    warn_of_surroundings(secret, path);
    return true;
}

static bool from_variable(okta_input *secret, const char *name)
{
    const char *value = getenv(name);

    if (value && *value)
        return keep(secret, value);
    return okta_complain("--secret-env: the environment has no such variable, or it is empty; "
                         "export it first, or use --secret-file");
}

static bool from_terminal(okta_input *secret)
{
    char typed[SECRET_MAX];
    bool good = false;

    switch (okta_prompt("Client secret: ", typed, sizeof(typed))) {
    case OKTA_PROMPT_ANSWERED:
        good = keep(secret, typed);
        break;
    case OKTA_PROMPT_NO_TERMINAL:
        okta_complain("no client secret: give --secret-file FILE, put it into the environment as "
                      "OKTA_CLIENT_SECRET, or run this in a terminal to be asked for it");
        break;
    case OKTA_PROMPT_UNANSWERED:
    default:
        okta_complain("no client secret was entered");
    }
    OPENSSL_cleanse(typed, sizeof(typed));
    return good;
}

bool okta_secret_read(okta_input *secret, const okta_secret_source *source)
{
    static const char *const usual[] = {"OKTA_CLIENT_SECRET", "CLIENT_SECRET"};

    *secret = (okta_input){NULL, 0};
    if (source->file)
        return from_file(secret, source->file);
    if (source->variable)
        return from_variable(secret, source->variable);
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
        const char *value = getenv(usual[i]);

        if (value && *value)
            return keep(secret, value);
    }
    return from_terminal(secret);
}
