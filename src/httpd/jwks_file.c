#include "httpd/jwks_file.h"

#include <apr_file_io.h>

static const char *slurp(apr_pool_t *pool, const char *path, apr_int64_t max_bytes,
                         apr_size_t *length, okta_error *error)
{
    apr_status_t status;
    apr_finfo_t info;
    apr_file_t *file;
    char why[128];
    char *text = NULL;

    status = apr_file_open(&file, path, APR_READ | APR_BINARY, APR_OS_DEFAULT, pool);
    if (status == APR_SUCCESS) {
        status = apr_file_info_get(&info, APR_FINFO_SIZE | APR_FINFO_TYPE, file);
        if (status == APR_SUCCESS && info.filetype != APR_REG) {
            okta_error_set(error, "is no regular file");
        } else if (status == APR_SUCCESS && info.size > max_bytes) {
            okta_error_set(error, "is larger than %ld bytes (OktaKeySetMaxBytes)", (long)max_bytes);
        } else if (status == APR_SUCCESS) {
            *length = (apr_size_t)info.size;
            text = apr_palloc(pool, *length + 1);
            text[*length] = '\0';
            status = apr_file_read_full(file, text, *length, NULL);
        }
        apr_file_close(file);
    }
    if (status == APR_SUCCESS)
        return text;
    okta_error_set(error, "cannot be read: %s", apr_strerror(status, why, sizeof(why)));
    return NULL;
}

const char *okta_jwks_file_read(apr_pool_t *pool, const char *path, apr_int64_t max_bytes,
                                okta_dropped_fn *dropped, void *baton, apr_size_t *length,
                                okta_keyset **keys, okta_error *error)
{
    const char *text = slurp(pool, path, max_bytes, length, error);
    okta_error why = {""};

    *keys = text ? okta_keyset_parse(text, *length, dropped, baton, &why) : NULL;
    if (text && !*keys)
        okta_error_set(error, "is no usable JWKS: %s", why.text);
    return *keys ? text : NULL;
}
