/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base64url.h"
#include "fuzz.h"

/* What decodes, encodes to the very same; what encodes, decodes to the very same. */
FUZZ_TARGET("base64url")
{
    size_t room = OKTA_BASE64URL_DECODED(length), found = 0;
    unsigned char *bytes = malloc(room ? room : 1);
    char *encoded = malloc(OKTA_BASE64URL_ENCODED(length) + 1);
    bool good = okta_base64url_decode(input, length, bytes, &found);

    if (good) {
        hold(found == room);
        okta_base64url_encode(bytes, found, encoded);
        hold(strlen(encoded) == length && memcmp(encoded, input, length) == 0);
    }
    okta_base64url_encode((const unsigned char *)input, length, encoded);
    hold(strlen(encoded) == OKTA_BASE64URL_ENCODED(length));
    bytes = realloc(bytes, length ? length : 1);
    hold(okta_base64url_decode(encoded, strlen(encoded), bytes, &found));
    hold(found == length && memcmp(bytes, input, length) == 0);
    free(bytes);
    free(encoded);
    return good;
}
