/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/jwks_file.h"

#include "httpd/whole_file.h"

okta_keyset *okta_jwks_file_read(apr_pool_t *pool, const char *path, apr_int64_t max_bytes,
                                 okta_dropped_fn *dropped, void *baton, okta_value **jwks,
                                 okta_error *error)
{
    apr_size_t length;
    const char *text =
        okta_whole_file_read(pool, path, max_bytes, "OktaKeySetMaxBytes", &length, error);
    okta_error why = {""};
    okta_keyset *keys = text ? okta_keyset_parse(text, length, dropped, baton, jwks, &why) : NULL;

    if (text && !keys)
        okta_error_set(error, "is no usable JWKS: %s", why.text);
    return keys;
}
