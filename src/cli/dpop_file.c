/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/dpop_file.h"

#include "cli/input.h"
#include "cli/message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_BYTES 300

bool okta_dpop_file_usual(char path[OKTA_DPOP_FILE_BYTES])
{
    static const char file[] = "okta-token/dpop-key.pem";
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int length = -1;

    if (state && *state == '/')
        length = snprintf(path, OKTA_DPOP_FILE_BYTES, "%s/%s", state, file);
    else if (home && *home == '/')
        length = snprintf(path, OKTA_DPOP_FILE_BYTES, "%s/.local/state/%s", home, file);
    return (length > 0 && length < OKTA_DPOP_FILE_BYTES) ||
           okta_complain("no place for the key: HOME is not set; give --dpop-key FILE");
}

/* People put the key itself there by mistake. */
static bool is_name(const char *path)
{
    if (!*path)
        return okta_complain("--dpop-key \"\": no file; is a shell variable unset?");
    if (strpbrk(path, "{\n") || strstr(path, "-----BEGIN"))
        return okta_complain(
            "--dpop-key takes the name of a file. A private key is never an argument: every user "
            "of this machine can read it there (ps), and the shell's history keeps it. If it was "
            "real, make a new one");
    return true;
}

static bool may_be_read(int file, const char *name)
{
    struct stat status;

    if (fstat(file, &status) != 0)
        return okta_complain("%s: cannot be looked at: %s", name, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return okta_complain("%s: it is a directory; give a file in it", name);
    if (status.st_mode & (S_IRWXG | S_IRWXO))
        return okta_complain("%s: other users may get at it (mode %04o), and a private key is for "
                             "its owner alone; \"chmod 600\" stops that, and if others did read "
                             "it, make a new key",
                             name, (unsigned int)(status.st_mode & 07777));
    return true;
}

/* Takes file. */
static okta_dpop_key *read_key(int file, const char *name)
{
    FILE *stream = fdopen(file, "rb");
    okta_input text = {NULL, 0};
    okta_error error = {""};
    okta_dpop_key *key = NULL;

    if (!stream) {
        close(file);
        okta_complain("%s: cannot be read: %s", name, strerror(errno));
        return NULL;
    }
    setvbuf(stream, NULL, _IONBF, 0); /* nothing of the key stays behind in a buffer */
    if (may_be_read(file, name) && okta_input_stream(&text, stream, name)) {
        key = okta_dpop_key_parse(text.bytes, text.length, &error);
        if (!key)
            okta_complain("%s: %s", name, error.text);
    }
    fclose(stream);
    okta_input_clear(&text);
    return key;
}

static bool make_folders(const char *path)
{
    char folder[OKTA_DPOP_FILE_BYTES];

    okta_text_format(folder, sizeof(folder), "%s", path);
    for (char *at = strchr(folder + 1, '/'); at; at = strchr(at + 1, '/')) {
        *at = '\0';
        if (mkdir(folder, 0700) != 0 && errno != EEXIST)
            return okta_complain("no folder for the key: \"%s\": %s; give --dpop-key FILE", folder,
                                 strerror(errno));
        *at = '/';
    }
    return true;
}

static bool write_key(const okta_dpop_key *key, const char *path, const char *name)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    bool good;

    if (file < 0)
        return okta_complain("%s: cannot be made: %s", name, strerror(errno));
    good = okta_dpop_key_write(key, file);
    good = close(file) == 0 && good;
    if (good)
        return true;
    unlink(path);
    return okta_complain("%s: the key cannot be written: %s", name, strerror(errno));
}

static okta_dpop_key *make_key(const char *path, const char *name)
{
    okta_dpop_key *key = okta_dpop_key_make();

    if (key && write_key(key, path, name)) {
        okta_tell("made a key for proofs (ES256): \"%s\"", path);
        return key;
    }
    okta_dpop_key_free(key);
    return NULL;
}

static okta_dpop_key *get_key(const char *path, bool make)
{
    char usual[OKTA_DPOP_FILE_BYTES], name[NAME_BYTES];
    bool named = path != NULL;
    int file;

    if (named ? !is_name(path) : !okta_dpop_file_usual(usual))
        return NULL;
    path = named ? path : usual;
    okta_text_format(name, sizeof(name), "%s\"%s\"", named ? "--dpop-key " : "the key ", path);
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        if (!named && make)
            okta_tell("the token will be bound to the key in \"%s\"", path);
        return read_key(file, name);
    }
    if (errno != ENOENT)
        okta_complain("%s: cannot be opened: %s; give a file that you may read", name,
                      strerror(errno));
    else if (!make)
        okta_complain("%s: no such file; give the one that the token was asked for with (get "
                      "--dpop makes it)%s",
                      name, named ? "" : ", by --dpop-key FILE");
    else if (named || make_folders(path))
        return make_key(path, name);
    return NULL;
}

okta_dpop_key *okta_dpop_file_read(const char *path)
{
    return get_key(path, false);
}

okta_dpop_key *okta_dpop_file_read_or_make(const char *path)
{
    return get_key(path, true);
}
