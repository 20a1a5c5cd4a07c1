/* SPDX-License-Identifier: Apache-2.0 */
/* prove: core/jwe.c core/base64url.c */
/* models: results.c errors.c */
/* options: -inline-calls okta_text_count,okta_jwe_is */
/* functions: okta_jwe_split */
#include "core/jwe.h"
#include "prove.h"

PROVE(7)
{
    char *token = any_bytes(length);
    okta_result result;
    okta_jwe jwe;

    if (okta_jwe_split(&jwe, token, length, &result) == OKTA_OK)
        //@ assert jwe.content.associated.length < length;
        ;
    okta_jwe_clear(&jwe);
    free(token);
}
