/* SPDX-License-Identifier: Apache-2.0 */
#include "core/assertion.h"

#include "core/base64url.h"
#include "core/sign.h"
#include "core/value.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#define LIFETIME 60 /* seconds; Okta takes an hour at most */
#define BACKDATED 5 /* seconds that our clock may be ahead */
#define ID_BYTES 16

/* base64url of a JSON object's text; takes the reference. */
static char *encoded(json_t *object)
{
    char *text = okta_json_text(object, JSON_COMPACT), *result = NULL;

    json_decref(object);
    if (text)
        result = malloc(OKTA_BASE64URL_ENCODED(strlen(text)) + 1);
    if (result)
        okta_base64url_encode((const unsigned char *)text, strlen(text), result);
    free(text);
    return result;
}

static char *joined(const char *first, const char *second)
{
    size_t size = strlen(first) + strlen(second) + 2;
    char *text = malloc(size);

    if (text)
        okta_text_format(text, size, "%s.%s", first, second);
    return text;
}

char *okta_assertion_make(const okta_client_key *key, const char *client, const char *endpoint,
                          int64_t now)
{
    unsigned char random[ID_BYTES];
    char id[OKTA_BASE64URL_ENCODED(ID_BYTES) + 1];
    char *header, *claims, *input = NULL, *signature = NULL, *assertion = NULL;

    if (RAND_bytes(random, sizeof(random)) != 1)
        return NULL;
    okta_base64url_encode(random, sizeof(random), id);
    header = encoded(
        json_pack("{s:s, s:s, s:s*}", "alg", key->algorithm->name, "typ", "JWT", "kid", key->kid));
    claims = encoded(json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "iss", client, "sub", client,
                               "aud", endpoint, "jti", id, "iat", (json_int_t)(now - BACKDATED),
                               "exp", (json_int_t)(now + LIFETIME)));
    if (header && claims)
        input = joined(header, claims);
    if (input)
        signature = okta_sign(key->pkey, key->algorithm, input, strlen(input));
    if (signature)
        assertion = joined(input, signature);
    free(header);
    free(claims);
    free(input);
    free(signature);
    return assertion;
}
