/* SPDX-License-Identifier: Apache-2.0 */
#include "core/jws.h"

#include "core/base64url.h"
#include "core/jwk.h"
#include "core/reader.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool decode_part(const char *from, size_t length, unsigned char **to,
                        const unsigned char **part, size_t *part_length)
{
    if (!okta_base64url_decode(from, length, *to, part_length))
        return false;
    *part = *to;
    *to += *part_length;
    return true;
}

okta_reason okta_jws_split(okta_jws *jws, const char *token, size_t length, okta_result *result)
{
    size_t dots = okta_text_count(token, length, '.');
    const char *first, *second;
    unsigned char *to;

    memset(jws, 0, sizeof(*jws));
    jws->token = token;
    if (dots == 4)
        return okta_result_set(result, OKTA_TOKEN_ENCRYPTED, "five parts: an encrypted token");
    if (dots != 2)
        return okta_result_set(result, OKTA_TOKEN_MALFORMED, "%zu dots where a signed JWT has 2%s",
                               dots, dots == 0 ? " (an opaque token?)" : "");
    first = memchr(token, '.', length);
    second = memchr(first + 1, '.', length - (size_t)(first + 1 - token));
    jws->signing_length = (size_t)(second - token);
    jws->block = to = malloc(OKTA_BASE64URL_DECODED(length) + 4);
    if (!to)
        return okta_result_set(result, OKTA_OUT_OF_MEMORY, "out of memory");
    if (!decode_part(token, (size_t)(first - token), &to, &jws->header_text, &jws->header_length))
        return okta_result_set(result, OKTA_TOKEN_MALFORMED, "the header is not base64url");
    if (!decode_part(first + 1, (size_t)(second - first - 1), &to, &jws->payload,
                     &jws->payload_length))
        return okta_result_set(result, OKTA_TOKEN_MALFORMED, "the payload is not base64url");
    if (!decode_part(second + 1, length - jws->signing_length - 1, &to, &jws->signature,
                     &jws->signature_length))
        return okta_result_set(result, OKTA_TOKEN_MALFORMED, "the signature is not base64url");
    if (jws->signature_length == 0)
        return okta_result_set(result, OKTA_TOKEN_MALFORMED, "there is no signature");
    return OKTA_OK;
}

/* RFC 7515 section 4.1.9 and 4.1.10: "application/" may be left out. */
static const char *without_prefix(const char *media_type)
{
    static const char prefix[] = "application/";
    size_t length = sizeof(prefix) - 1;

    return strncasecmp(media_type, prefix, length) == 0 ? media_type + length : media_type;
}

static okta_type classify_type(const char *typ)
{
    if (strcasecmp(typ, "JWT") == 0)
        return OKTA_TYPE_JWT;
    typ = without_prefix(typ);
    if (strcasecmp(typ, "at+jwt") == 0)
        return OKTA_TYPE_AT_JWT;
    if (strcasecmp(typ, "okta-internal-at+jwt") == 0)
        return OKTA_TYPE_ORG_SERVER;
    if (strcasecmp(typ, "dpop+jwt") == 0)
        return OKTA_TYPE_DPOP;
    return OKTA_TYPE_OTHER;
}

/* A member that is a string or absent; false for any other type, null among them. */
static bool optional_string(const okta_value *header, const char *name, const okta_value **string)
{
    *string = okta_value_entry(header, name);
    return !*string || (*string)->type == OKTA_VALUE_STRING;
}

static bool is_nested(const okta_value *header)
{
    const okta_value *cty;

    return !optional_string(header, "cty", &cty) ||
           (cty && strcasecmp(without_prefix(cty->as.string), "JWT") == 0);
}

okta_reason okta_jws_read_header(okta_jws *jws, okta_result *result)
{
    const okta_value *kid, *typ, *alg;
    okta_error error = {""};

    jws->header = okta_read_object((const char *)jws->header_text, jws->header_length, &error);
    if (okta_error_is_no_memory(&error))
        return okta_result_set(result, OKTA_OUT_OF_MEMORY, "out of memory");
    if (!jws->header)
        return okta_result_set(result, OKTA_HEADER_MALFORMED, "header: %s", error.text);
    if (!optional_string(jws->header, "kid", &kid) || (kid && kid->length > OKTA_KID_MAX_BYTES))
        return okta_result_set(result, OKTA_HEADER_MALFORMED,
                               "\"kid\" is no string of at most %d bytes", OKTA_KID_MAX_BYTES);
    if (kid) {
        jws->kid = kid->as.string;
        jws->kid_length = kid->length;
        okta_text_copy(result->kid, sizeof(result->kid), jws->kid, jws->kid_length);
    }
    if (okta_value_entry(jws->header, "crit") || okta_value_entry(jws->header, "b64"))
        return okta_result_set(result, OKTA_HEADER_CRITICAL,
                               "\"crit\" or \"b64\": no extension is supported");
    if (okta_value_entry(jws->header, "enc") || okta_value_entry(jws->header, "zip"))
        return okta_result_set(result, OKTA_TOKEN_ENCRYPTED, "\"enc\" or \"zip\" in the header");
    if (is_nested(jws->header))
        return okta_result_set(result, OKTA_TOKEN_ENCRYPTED, "\"cty\" says that a token is nested");
    if (!optional_string(jws->header, "typ", &typ))
        return okta_result_set(result, OKTA_HEADER_MALFORMED, "\"typ\" is no string");
    jws->type = typ ? classify_type(typ->as.string) : OKTA_TYPE_ABSENT;
    if (!optional_string(jws->header, "alg", &alg) || !alg)
        return okta_result_set(result, OKTA_HEADER_MALFORMED, "\"alg\" is no string");
    jws->alg = alg->as.string;
    jws->alg_length = alg->length;
    jws->algorithm = okta_algorithm_by_name(jws->alg, jws->alg_length);
    return OKTA_OK;
}

void okta_jws_clear(okta_jws *jws)
{
    free(jws->header);
    free(jws->block);
    jws->header = NULL;
    jws->block = NULL;
}
