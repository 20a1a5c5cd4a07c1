/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/private_file.h"

#include <apr_file_io.h>
#include <openssl/crypto.h>
#include <unistd.h>

/* What lets others than the owner in. */
#define OTHERS                                                                   \
    (APR_FPROT_GREAD | APR_FPROT_GWRITE | APR_FPROT_GEXECUTE | APR_FPROT_WREAD | \
     APR_FPROT_WWRITE | APR_FPROT_WEXECUTE)

/* httpd starts as root, or as somebody who may own the file himself. */
static bool is_private(const char *path, const apr_finfo_t *info, apr_int64_t max_bytes,
                       okta_error *error)
{
    if (info->filetype != APR_REG)
        return okta_error_set(error, "is no regular file");
    if (info->user != 0 && info->user != geteuid())
        return okta_error_set(error,
                              "belongs to the user with the id %lu, who can read and change it; "
                              "run: chown root \"%s\"",
                              (unsigned long)info->user, path);
    if (info->protection & OTHERS)
        return okta_error_set(error,
                              "can be used by others than its owner (mode 0%lo); run: chmod 600 "
                              "\"%s\"",
                              (unsigned long)((info->protection >> 8 & 7) << 6 |
                                              (info->protection >> 4 & 7) << 3 |
                                              (info->protection & 7)),
                              path);
    if (info->size > max_bytes)
        return okta_error_set(error, "is larger than %ld bytes", (long)max_bytes);
    return true;
}

char *okta_private_file_read(apr_pool_t *pool, const char *path, apr_int64_t max_bytes,
                             apr_size_t *length, okta_error *error)
{
    const apr_int32_t wanted = APR_FINFO_SIZE | APR_FINFO_TYPE | APR_FINFO_USER | APR_FINFO_PROT;
    apr_status_t status;
    apr_finfo_t info;
    apr_file_t *file;
    char why[128];
    char *text = NULL;

    /* opening a pipe would wait for somebody to write into it */
    if (apr_stat(&info, path, APR_FINFO_TYPE, pool) == APR_SUCCESS && info.filetype != APR_REG) {
        okta_error_set(error, "is no regular file");
        return NULL;
    }
    status = apr_file_open(&file, path, APR_READ | APR_BINARY, APR_OS_DEFAULT, pool);
    if (status == APR_SUCCESS) {
        /* of the file that is read, whatever its name leads to by then */
        status = apr_file_info_get(&info, wanted, file);
        if (status == APR_SUCCESS && is_private(path, &info, max_bytes, error)) {
            *length = (apr_size_t)info.size;
            text = apr_palloc(pool, *length + 1);
            status = apr_file_read_full(file, text, *length, NULL);
            if (status != APR_SUCCESS)
                OPENSSL_cleanse(text, *length);
        }
        apr_file_close(file);
    }
    if (status == APR_SUCCESS)
        return text;
    okta_error_set(error, "cannot be read: %s%s", apr_strerror(status, why, sizeof(why)),
                   APR_STATUS_IS_EACCES(status) ? " (only who starts httpd can)" : "");
    return NULL;
}
