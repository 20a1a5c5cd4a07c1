/* SPDX-License-Identifier: Apache-2.0 */
#include "core/jws.h"
#include "../oracle.h"
#include "core/base64url.h"
#include "core/jwk.h"
#include "fuzz.h"

static void hold_part(const unsigned char *part, size_t length, const char **rest)
{
    char *encoded = malloc(OKTA_BASE64URL_ENCODED(length) + 1);

    okta_base64url_encode(part, length, encoded);
    hold(strncmp(*rest, encoded, strlen(encoded)) == 0);
    *rest += strlen(encoded);
    free(encoded);
}

/* What is accepted is three canonical parts and a header that asks for nothing special. */
FUZZ_TARGET("jws")
{
    static const char *const banned[] = {"crit", "b64", "zip", "enc"};
    char *token = calloc(1, length + 1);
    okta_result result;
    okta_jws jws;
    bool good;

    memcpy(token, input, length);
    okta_result_init(&result);
    good = okta_jws_split(&jws, input, length, &result) == OKTA_OK;
    if (good) {
        const char *rest = token;

        hold_part(jws.header_text, jws.header_length, &rest);
        hold(*rest++ == '.');
        hold_part(jws.payload, jws.payload_length, &rest);
        hold((size_t)(rest - token) == jws.signing_length && *rest++ == '.');
        hold_part(jws.signature, jws.signature_length, &rest);
        hold((size_t)(rest - token) == length && jws.signature_length > 0);
        good = okta_jws_read_header(&jws, &result) == OKTA_OK;
    }
    if (good) {
        json_t *header = oracle_object((const char *)jws.header_text, jws.header_length);
        const char *alg = json_string_value(json_object_get(header, "alg"));
        const char *kid = json_string_value(json_object_get(header, "kid"));

        for (size_t i = 0; i < sizeof(banned) / sizeof(banned[0]); i++)
            hold(!json_object_get(header, banned[i]));
        hold(alg && (!jws.algorithm || strcmp(jws.algorithm->name, alg) == 0));
        hold(kid ? jws.kid && strcmp(jws.kid, kid) == 0 : !jws.kid);
        hold(jws.kid_length == (kid ? strlen(kid) : 0) && jws.kid_length <= OKTA_KID_MAX_BYTES);
        json_decref(header);
    } else {
        hold(result.reason > OKTA_OK && result.detail[0]);
    }
    okta_jws_clear(&jws);
    free(token);
    return good;
}
