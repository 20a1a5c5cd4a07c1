/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/decryption_keys.h"

#include "httpd/kept_memory.h"
#include "httpd/log.h"
#include "httpd/private_file.h"
#include "httpd/restart.h"

#include <apr_strings.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define RETAINED_KEY "mod_auth_okta.decryption_keys"
#define FILE_BYTES_MAX 1048576

/* A file as it was read last, for a restart that cannot read it. */
typedef struct kept_file {
    const char *path;
    char *text;
    apr_size_t length;
} kept_file;

typedef struct kept_files {
    okta_kept kept; /* its memory is not used */
    int count;
    kept_file *files;
} kept_files;

/* Where a key of the set is from. */
typedef struct origin {
    const char *path;
    bool general; /* a server names the file, and not an <OktaIssuer> section alone */
} origin;

typedef struct key_ring {
    okta_decryption_set set;
    apr_array_header_t *keys;    /* const okta_decryption_key * */
    apr_array_header_t *origins; /* origin, beside them */
} key_ring;

static const key_ring empty;
static const key_ring *current = &empty;
static kept_files *kept_here;

/* The keys by file, from malloc as their parts are, so that the leak check of a child, which ends
 * without pconf's cleanups, can see who has them. */
static okta_decryption_keys **held;
static int held_count;

const okta_decryption_set *okta_decryption_set_get(void)
{
    return &current->set;
}

/* What an issuer has of its own; NULL: what the servers say. */
static const apr_array_header_t *own_paths(const okta_issuer *issuer)
{
    const apr_array_header_t *paths = issuer->settings.decryption_keys;

    return paths != okta_server_config_of(issuer->server)->issuer.decryption_keys ? paths : NULL;
}

static bool contains(const apr_array_header_t *paths, const char *path)
{
    const okta_strings list = okta_strings_of(paths);

    return okta_strings_contain(&list, path, strlen(path));
}

static bool origin_is_of(const origin *from, const okta_issuer *issuer)
{
    const apr_array_header_t *own = own_paths(issuer);

    return own ? contains(own, from->path) : from->general;
}

bool okta_decryption_key_is_of(const okta_decryption_key *key, const okta_issuer *issuer)
{
    /* it may stand in several files */
    for (size_t i = 0; i < current->set.count; i++)
        if (okta_decryption_key_is_same(current->set.keys[i], key) &&
            origin_is_of(&APR_ARRAY_IDX(current->origins, (int)i, origin), issuer))
            return true;
    return false;
}

static void add_paths(apr_array_header_t *origins, const apr_array_header_t *paths, bool general)
{
    for (int i = 0; paths && i < paths->nelts; i++) {
        const char *path = APR_ARRAY_IDX(paths, i, const char *);
        bool known = false;

        for (int k = 0; k < origins->nelts; k++) {
            origin *other = &APR_ARRAY_IDX(origins, k, origin);

            if (strcmp(other->path, path) != 0)
                continue;
            known = true;
            other->general |= general;
        }
        if (!known)
            APR_ARRAY_PUSH(origins, origin) = (origin){path, general};
    }
}

/* Every file that is named anywhere, once. */
static apr_array_header_t *files_of(apr_pool_t *pool, const server_rec *server)
{
    const apr_array_header_t *sections = okta_registry_get()->issuer_sections;
    apr_array_header_t *origins = apr_array_make(pool, 2, sizeof(origin));

    for (const server_rec *s = server; s; s = s->next)
        add_paths(origins, okta_server_config_of(s)->issuer.decryption_keys, true);
    for (int i = 0; i < sections->nelts; i++)
        add_paths(origins,
                  APR_ARRAY_IDX(sections, i, const okta_issuer_section *)->settings.decryption_keys,
                  false);
    return origins;
}

apr_array_header_t *okta_decryption_paths_of(apr_pool_t *pool, const server_rec *server,
                                             const okta_issuer *issuer)
{
    const apr_array_header_t *origins = files_of(pool, server);
    apr_array_header_t *paths = NULL;

    for (int i = 0; i < origins->nelts; i++) {
        const origin *from = &APR_ARRAY_IDX(origins, i, origin);

        if (origin_is_of(from, issuer))
            okta_append(pool, &paths, from->path);
    }
    return paths;
}

static void warn_of_dropped(void *baton, const char *kid, const char *why)
{
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, NULL,
                 OKTA_TAG_KEYS "OktaDecryptionKey \"%s\": key \"%s\" is left out: %s",
                 (const char *)baton, kid, why);
}

static okta_decryption_keys *parse(const char *path, const char *text, apr_size_t length,
                                   okta_error *error)
{
    okta_error why = {""};
    okta_decryption_keys *keys =
        okta_decryption_keys_read(text, length, warn_of_dropped, (void *)path, &why);

    if (!keys)
        okta_error_set(error, "has no key that decrypts: %s", why.text);
    return keys;
}

void okta_decryption_keys_judge(okta_judge *judge)
{
    const apr_array_header_t *origins = files_of(judge->pool, judge->main_server);

    for (int i = 0; i < origins->nelts; i++) {
        const char *path = APR_ARRAY_IDX(origins, i, origin).path;
        okta_error error = {""};
        apr_size_t length = 0;
        char *text = okta_private_file_read(judge->pool, path, FILE_BYTES_MAX, &length, &error);
        okta_decryption_keys *keys = text ? parse(path, text, length, &error) : NULL;

        if (!keys)
            okta_complain(judge, judge->main_server,
                          "OktaDecryptionKey \"%s\": it %s; put a private RSA key there, as PEM or "
                          "in a JWK set",
                          path, error.text);
        if (text)
            OPENSSL_cleanse(text, length);
        okta_decryption_keys_free(keys);
    }
}

static void wipe(kept_files *files)
{
    for (int i = 0; files && i < files->count; i++) {
        OPENSSL_cleanse(files->files[i].text, files->files[i].length);
        files->files[i].length = 0;
    }
}

void okta_decryption_keys_child_init(void)
{
    wipe(kept_here);
}

static const kept_file *kept_of(const kept_files *files, const char *path)
{
    for (int i = 0; files && i < files->count; i++)
        if (files->files[i].length > 0 && strcmp(files->files[i].path, path) == 0)
            return &files->files[i];
    return NULL;
}

static void take_in(key_ring *ring, okta_decryption_keys *keys, const origin *from)
{
    held[held_count++] = keys;
    for (size_t i = 0; i < keys->count; i++) {
        APR_ARRAY_PUSH(ring->keys, const okta_decryption_key *) = keys->items[i];
        APR_ARRAY_PUSH(ring->origins, origin) = *from;
    }
}

static void keep(kept_files *files, const char *path, const char *text, apr_size_t length)
{
    kept_file *file = &files->files[files->count++];

    file->path = apr_pstrdup(files->kept.pool, path);
    file->text = apr_pmemdup(files->kept.pool, text, length);
    file->length = length;
}

/* Read one file, or else take what it held before. NULL: there is nothing. */
static okta_decryption_keys *read_file(const char *path, const kept_files *before, kept_files *now,
                                       apr_pool_t *ptemp, server_rec *server)
{
    const kept_file *old = okta_is_restart() ? kept_of(before, path) : NULL;
    okta_error error = {""}, ignored = {""};
    apr_size_t length = 0;
    char *text = okta_private_file_read(ptemp, path, FILE_BYTES_MAX, &length, &error);
    okta_decryption_keys *keys = text ? parse(path, text, length, &error) : NULL;

    if (keys) {
        keep(now, path, text, length);
    } else {
        if (old)
            keys = parse(path, old->text, old->length, &ignored);
        if (keys)
            keep(now, path, old->text, old->length);
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, server,
                     OKTA_TAG_KEYS "OktaDecryptionKey \"%s\": it %s%s", path, error.text,
                     keys ? "; the keys that it had before serve on; mend it and restart gracefully"
                     : okta_is_restart()
                         ? "; tokens that are encrypted to its keys get 401; mend it "
                           "and restart gracefully"
                         : "");
    }
    if (text)
        OPENSSL_cleanse(text, length);
    return keys;
}

/* Not okta_digest: it would leave something with the parent's thread at each restart. */
static bool sha256(const void *bytes, size_t length, unsigned char digest[OKTA_DIGEST_BYTES])
{
    return EVP_Q_digest(NULL, "SHA256", NULL, bytes, length, digest, NULL) == 1;
}

static void chain(unsigned char digest[OKTA_DIGEST_BYTES], const void *bytes, size_t length)
{
    unsigned char both[2 * OKTA_DIGEST_BYTES];

    memcpy(both, digest, OKTA_DIGEST_BYTES);
    if (!sha256(bytes, length, both + OKTA_DIGEST_BYTES) || !sha256(both, sizeof(both), digest))
        digest[0]++; /* out of memory: anything that differs from before */
}

/* Of what decides about an encrypted token beside the token. */
static void set_digest(key_ring *ring)
{
    const apr_array_header_t *issuers = okta_registry_get()->issuers;
    unsigned char *digest = ring->set.digest;

    for (size_t i = 0; i < ring->set.count; i++) {
        const okta_decryption_key *key = ring->set.keys[i];
        const okta_key_wrapping *only = okta_decryption_key_only(key);
        const char *kid = okta_decryption_key_kid(key), *alg = only ? only->name : "";
        okta_key_number numbers[2];

        okta_decryption_key_numbers(key, numbers);
        chain(digest, kid, strlen(kid));
        chain(digest, alg, strlen(alg));
        chain(digest, numbers[0].bytes, numbers[0].length);
        chain(digest, numbers[1].bytes, numbers[1].length);
        for (int k = 0; k < issuers->nelts; k++) {
            const okta_issuer *issuer = APR_ARRAY_IDX(issuers, k, const okta_issuer *);

            if (origin_is_of(&APR_ARRAY_IDX(ring->origins, (int)i, origin), issuer))
                chain(digest, issuer->url, strlen(issuer->url));
        }
    }
}

static apr_status_t forget(void *unused)
{
    (void)unused;
    current = &empty;
    kept_here = NULL;
    for (int i = 0; i < held_count; i++)
        okta_decryption_keys_free(held[i]);
    free(held);
    held = NULL;
    held_count = 0;
    return APR_SUCCESS;
}

static kept_files *kept_new(apr_pool_t *process_pool, const char *layout, int count)
{
    apr_pool_t *pool;
    kept_files *made;

    apr_pool_create(&pool, process_pool);
    made = apr_pcalloc(pool, sizeof(*made));
    memcpy(made->kept.layout, layout, OKTA_LAYOUT_BYTES);
    made->kept.pool = pool;
    made->files = apr_pcalloc(pool, (apr_size_t)(count + 1) * sizeof(kept_file));
    return made;
}

int okta_decryption_keys_settle(apr_pool_t *pconf, apr_pool_t *ptemp, server_rec *server)
{
    const apr_array_header_t *origins = files_of(pconf, server);
    apr_pool_t *process_pool = server->process->pool;
    char layout[OKTA_LAYOUT_BYTES] = {0};
    key_ring *ring = apr_pcalloc(pconf, sizeof(*ring));
    kept_files *before;
    bool good = true;

    apr_snprintf(layout, sizeof(layout), "mod_auth_okta decryption keys 1 %lu",
                 (unsigned long)sizeof(kept_files));
    before = okta_kept_find(process_pool, RETAINED_KEY, layout);
    kept_here = kept_new(process_pool, layout, origins->nelts);
    /* not of a pool: the leak check does not look there for who has the keys */
    held =
        origins->nelts > 0 ? calloc((size_t)origins->nelts, sizeof(okta_decryption_keys *)) : NULL;
    if (origins->nelts > 0 && !held)
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, server,
                     OKTA_TAG_KEYS "OktaDecryptionKey: out of memory");
    apr_pool_cleanup_register(pconf, NULL, forget, apr_pool_cleanup_null);
    ring->keys = apr_array_make(pconf, 2, sizeof(const okta_decryption_key *));
    ring->origins = apr_array_make(pconf, 2, sizeof(origin));
    for (int i = 0; held && i < origins->nelts; i++) {
        const origin *from = &APR_ARRAY_IDX(origins, i, origin);
        okta_decryption_keys *keys = read_file(from->path, before, kept_here, ptemp, server);

        if (keys)
            take_in(ring, keys, from);
        good = good && keys;
    }
    ring->set.keys = (const okta_decryption_key *const *)(const void *)ring->keys->elts;
    ring->set.count = (size_t)ring->keys->nelts;
    current = ring;
    set_digest(ring);
    okta_kept_remember(process_pool, RETAINED_KEY, kept_here);
    if (before) {
        wipe(before);
        apr_pool_destroy(before->kept.pool);
    }
    return (good && (held || origins->nelts == 0)) || okta_is_restart()
               ? OK
               : HTTP_INTERNAL_SERVER_ERROR;
}
