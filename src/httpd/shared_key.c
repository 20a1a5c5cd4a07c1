/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/shared_key.h"

#include "httpd/kept_memory.h"
#include "httpd/log.h"
#include "httpd/private_file.h"
#include "httpd/restart.h"

#include <apr_strings.h>
#include <openssl/crypto.h>
#include <string.h>

#define RETAINED_KEY "mod_auth_okta.shared_key"
#define DIGITS ((size_t)2 * OKTA_SEALED_KEY_BYTES)
#define FILE_BYTES_MAX 1024
#define REMEDY "; make a key by: openssl rand -hex 32"

/* The key as it was read last, for a restart that cannot read it. Not in a core file of a child,
 * which has its own copy. */
typedef struct kept_key {
    okta_kept kept; /* its memory is not used */
    const char *path;
    unsigned char key[OKTA_SEALED_KEY_BYTES];
} kept_key;

static int digit_of(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    character |= 0x20;
    return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
}

static bool decode(const char *text, size_t length, unsigned char *key, okta_error *error)
{
    unsigned int differ = 0;

    while (length > DIGITS && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        length--;
    if (length != DIGITS)
        return okta_error_set(error, "has %lu characters instead of %d hexadecimal digits" REMEDY,
                              (unsigned long)length, (int)DIGITS);
    for (size_t i = 0; i < OKTA_SEALED_KEY_BYTES; i++) {
        const int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return okta_error_set(error, "holds something else than hexadecimal digits" REMEDY);
        key[i] = (unsigned char)(high << 4 | low);
        differ |= (unsigned int)(key[i] ^ key[0]);
    }
    return differ != 0 ||
           okta_error_set(error, "holds one byte again and again, which is no key" REMEDY);
}

bool okta_shared_key_read(apr_pool_t *pool, const char *path,
                          unsigned char key[OKTA_SEALED_KEY_BYTES], okta_error *error)
{
    apr_size_t length = 0;
    char *text = okta_private_file_read(pool, path, FILE_BYTES_MAX, &length, error);
    const bool good = text && decode(text, length, key, error);

    if (text)
        OPENSSL_cleanse(text, length);
    return good;
}

static void keep(apr_pool_t *process_pool, const char *layout, const char *path,
                 const unsigned char *key, kept_key *before)
{
    apr_pool_t *pool;
    kept_key *made;

    if (before && strcmp(before->path, path) == 0) {
        memcpy(before->key, key, OKTA_SEALED_KEY_BYTES);
        return;
    }
    apr_pool_create(&pool, process_pool);
    made = apr_pcalloc(pool, sizeof(*made));
    memcpy(made->kept.layout, layout, OKTA_LAYOUT_BYTES);
    made->kept.pool = pool;
    made->path = apr_pstrdup(pool, path);
    memcpy(made->key, key, OKTA_SEALED_KEY_BYTES);
    okta_kept_remember(process_pool, RETAINED_KEY, made);
    if (!before)
        return;
    OPENSSL_cleanse(before->key, OKTA_SEALED_KEY_BYTES);
    apr_pool_destroy(before->kept.pool);
}

bool okta_shared_key_settle(apr_pool_t *ptemp, server_rec *server, const char *path,
                            unsigned char key[OKTA_SEALED_KEY_BYTES])
{
    apr_pool_t *process_pool = server->process->pool;
    char layout[OKTA_LAYOUT_BYTES] = {0};
    okta_error error = {""};
    kept_key *before;

    apr_snprintf(layout, sizeof(layout), "mod_auth_okta shared key 1 %lu",
                 (unsigned long)sizeof(kept_key));
    before = okta_kept_find(process_pool, RETAINED_KEY, layout);
    if (okta_shared_key_read(ptemp, path, key, &error)) {
        keep(process_pool, layout, path, key, before);
        return true;
    }
    if (!okta_is_restart() || !before || strcmp(before->path, path) != 0)
        before = NULL;
    ap_log_error(APLOG_MARK, APLOG_EMERG, 0, server,
                 OKTA_TAG_CONFIG "OktaSharedCacheKey \"%s\": it %s%s", path, error.text,
                 before ? "; the key that it held before serves on; mend it and restart gracefully"
                        : "");
    if (before)
        memcpy(key, before->key, OKTA_SEALED_KEY_BYTES);
    return before != NULL;
}
