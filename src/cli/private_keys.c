/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/private_keys.h"

#include "cli/input.h"
#include "cli/message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void warn_of_dropped(void *baton, const char *kid, const char *why)
{
    okta_warn("--decryption-key %s: key \"%s\" is left out: %s", (const char *)baton, kid, why);
}

static bool add(okta_private_keys *keys, okta_decryption_keys *file)
{
    okta_decryption_keys **files =
        realloc(keys->files, (keys->file_count + 1) * sizeof(okta_decryption_keys *));
    const okta_decryption_key **all;

    if (files)
        keys->files = files;
    all = files ? realloc(keys->keys, (keys->count + file->count) * sizeof(*all)) : NULL;
    if (!all) {
        okta_decryption_keys_free(file);
        return false;
    }
    keys->keys = all;
    files[keys->file_count++] = file;
    for (size_t i = 0; i < file->count; i++)
        all[keys->count++] = file->items[i];
    return true;
}

static bool read_into(okta_private_keys *keys, const okta_input *text, okta_dropped_fn *dropped,
                      const char *path, okta_error *why)
{
    okta_decryption_keys *file =
        okta_decryption_keys_read(text->bytes, text->length, dropped, (void *)path, why);

    return file && (add(keys, file) || okta_error_set_no_memory(why));
}

bool okta_private_keys_read(okta_private_keys *keys, const char *path)
{
    char shown[128];
    okta_error why = {""};
    okta_input text;
    bool good = okta_input_file(&text, path, "--decryption-key");

    if (good && !read_into(keys, &text, warn_of_dropped, path, &why))
        good = okta_complain("--decryption-key %s: it has no key that decrypts: %s; give a private "
                             "RSA key, as PEM or in a JWK set",
                             okta_shown(shown, sizeof(shown), path), why.text);
    okta_input_clear(&text);
    return good;
}

bool okta_private_keys_try(okta_private_keys *keys, const char *path, okta_error *why)
{
    okta_input text = {NULL, 0};
    bool good;

    if (access(path, R_OK) != 0)
        return okta_error_set(why, "it cannot be read by this user: %s", strerror(errno));
    good = okta_input_file(&text, path, path) && read_into(keys, &text, NULL, path, why);
    okta_input_clear(&text);
    return good;
}

okta_reason okta_private_keys_open(const okta_private_keys *keys, const char *token, size_t length,
                                   const okta_trace *trace, okta_opened *opened,
                                   okta_result *result)
{
    const okta_opener opener = {keys->keys, keys->count, NULL, NULL};

    *opened = (okta_opened){NULL, 0, NULL};
    if (keys->count == 0 || !okta_jwe_is(token, length))
        return OKTA_OK;
    return okta_jwe_open(&opener, token, length, trace, opened, result);
}

void okta_private_keys_clear(okta_private_keys *keys)
{
    for (size_t i = 0; i < keys->file_count; i++)
        okta_decryption_keys_free(keys->files[i]);
    free(keys->files);
    free(keys->keys);
    *keys = (okta_private_keys){NULL, 0, NULL, 0};
}
