/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/base64url.h"

#include <apr_encode.h>
#include <string.h>

const char *okta_dev_base64url(apr_pool_t *p, const void *bytes, size_t size)
{
    return apr_pencode_base64_binary(p, bytes, (apr_ssize_t)size, APR_ENCODE_BASE64URL, NULL);
}

const unsigned char *okta_dev_base64url_decode(apr_pool_t *p, const char *text, size_t *size)
{
    apr_size_t length = 0;
    const unsigned char *bytes =
        apr_pdecode_base64_binary(p, text, APR_ENCODE_STRING, APR_ENCODE_NONE, &length);
    if (!bytes || length == 0 || strcmp(okta_dev_base64url(p, bytes, length), text) != 0) {
        return NULL;
    }
    *size = length;
    return bytes;
}
