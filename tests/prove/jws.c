/* SPDX-License-Identifier: Apache-2.0 */
/* prove: core/jws.c core/base64url.c */
/* models: results.c */
/* options: -inline-calls okta_text_count */
/* functions: okta_jws_split decode_part okta_jws_clear */
#include "core/jws.h"
#include "prove.h"

PROVE(7)
{
    char *token = any_bytes(length);
    okta_result result;
    okta_jws jws;

    if (okta_jws_split(&jws, token, length, &result) == OKTA_OK)
        //@ assert jws.signing_length < length;
        ;
    okta_jws_clear(&jws);
    free(token);
}
