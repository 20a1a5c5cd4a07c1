/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/whole_file.h"

#include <apr_file_io.h>

char *okta_whole_file_read(apr_pool_t *pool, const char *path, apr_int64_t max_bytes,
                           const char *limit, apr_size_t *length, okta_error *error)
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
            okta_error_set(error, "is larger than %ld bytes (%s)", (long)max_bytes, limit);
        } else if (status == APR_SUCCESS) {
            *length = (apr_size_t)info.size;
            text = apr_palloc(pool, *length);
            status = apr_file_read_full(file, text, *length, NULL);
        }
        apr_file_close(file);
    }
    if (status == APR_SUCCESS)
        return text;
    okta_error_set(error, "cannot be read: %s", apr_strerror(status, why, sizeof(why)));
    return NULL;
}
