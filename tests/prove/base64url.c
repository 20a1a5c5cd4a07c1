/* SPDX-License-Identifier: Apache-2.0 */
/* prove: core/base64url.c */
/* functions: okta_base64url_decode okta_base64url_encode quad */
#include "core/base64url.h"
#include "prove.h"

PROVE(12)
{
    size_t decoded;
    char *text = any_bytes(length);
    unsigned char *out = room(OKTA_BASE64URL_DECODED(length));
    char *back = room(OKTA_BASE64URL_ENCODED(length) + 1);

    if (okta_base64url_decode(text, length, out, &decoded))
        //@ assert decoded == OKTA_BASE64URL_DECODED(length);
        ;
    okta_base64url_encode((unsigned char *)text, length, back);
    //@ assert back[OKTA_BASE64URL_ENCODED(length)] == '\0';
    free(text);
    free(out);
    free(back);
}
