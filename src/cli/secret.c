#include "cli/secret.h"

#include "cli/message.h"
#include "cli/prompt.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

static bool from_file(okta_input *secret, const char *path)
{
    /* its name stays unsaid: people put the secret there by mistake */
    if (!okta_input_file(secret, path, "--secret-file: the file"))
        return false;
    warn_of_readers(path);
    while (secret->length > 0 && is_line_end(secret->bytes[secret->length - 1]))
        secret->bytes[--secret->length] = '\0';
    if (secret->length == 0)
        return okta_complain("--secret-file \"%s\": it is empty; write the client secret into it",
                             path);
    if (strlen(secret->bytes) != secret->length || secret->length > SECRET_MAX)
        return okta_complain(
            "--secret-file \"%s\": that is no client secret; write it there as one "
            "line of text",
            path);
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
