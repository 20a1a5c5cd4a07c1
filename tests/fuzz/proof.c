/* SPDX-License-Identifier: Apache-2.0 */
#include "core/proof.h"
#include "core/base64url.h"
#include "core/target.h"
#include "fuzz.h"
#include "signing.h"

#include <jansson.h>
#include <strings.h>

/* The key that signs, and its thumbprint of RFC 8037 appendix A.3. */
#define X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define THUMBPRINT "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
#define URL "https://api.example.com/items"
#define WINDOW 60
#define SKEW 5

static const unsigned char token_digest[OKTA_DIGEST_BYTES]; /* all zeros */
#define ATH "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

/* A part between dots as jansson reads it. */
static json_t *part(const char *text, size_t length)
{
    unsigned char *bytes = malloc(OKTA_BASE64URL_DECODED(length) + 1);
    size_t size;
    json_t *json;

    hold(okta_base64url_decode(text, length, bytes, &size));
    json = json_loadb((char *)bytes, size, JSON_REJECT_DUPLICATES, NULL);
    hold(json_is_object(json));
    free(bytes);
    return json;
}

static const char *string_in(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    hold(text);
    return text;
}

static void hold_header(const json_t *header)
{
    static const char *const absent[] = {"crit", "b64", "zip", "enc"};
    static const char *const private_members[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};
    const json_t *jwk = json_object_get(header, "jwk");

    hold(strcasecmp(string_in(header, "typ"), "dpop+jwt") == 0 ||
         strcasecmp(string_in(header, "typ"), "application/dpop+jwt") == 0);
    hold(strcmp(string_in(header, "alg"), "EdDSA") == 0);
    hold(strcmp(string_in(jwk, "x"), X) == 0 && strcmp(string_in(jwk, "kty"), "OKP") == 0);
    for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
        hold(!json_object_get(header, absent[i]));
    for (size_t i = 0; i < sizeof(private_members) / sizeof(private_members[0]); i++)
        hold(!json_object_get(jwk, private_members[i]));
}

static void hold_claims(const json_t *claims, const okta_proof *proof)
{
    double iat = json_number_value(json_object_get(claims, "iat"));
    const json_t *exp = json_object_get(claims, "exp"), *nbf = json_object_get(claims, "nbf");
    char url[OKTA_PROOF_MAX_BYTES];
    const char *htu = string_in(claims, "htu"), *jti = string_in(claims, "jti");

    hold(*jti && strlen(jti) <= 256);
    hold(strcmp(string_in(claims, "htm"), "GET") == 0);
    hold(strcmp(string_in(claims, "ath"), ATH) == 0);
    hold(okta_target_normalize(htu, strlen(htu), url, sizeof(url)) && strcmp(url, URL) == 0);
    hold(json_is_number(json_object_get(claims, "iat")));
    hold(iat >= FUZZ_NOW - WINDOW && iat < FUZZ_NOW + SKEW + 1);
    hold((double)proof->issued_at <= iat && (double)proof->issued_at > iat - 1);
    hold(!exp || json_is_null(exp) || json_number_value(exp) >= FUZZ_NOW + 1);
    hold(!nbf || json_is_null(nbf) ||
         (json_is_number(nbf) && json_number_value(nbf) <= FUZZ_NOW + SKEW));
}

static okta_reason judge_with(okta_proof_keys *keys, const char *field, size_t length,
                              okta_proof *proof)
{
    static const okta_proof_terms terms = {.algorithms = OKTA_PROOF_ALGORITHMS_DEFAULT,
                                           .window = WINDOW,
                                           .skew = SKEW,
                                           .method = "GET",
                                           .url = URL,
                                           .token_digest = token_digest,
                                           .thumbprint = THUMBPRINT};
    okta_result result;
    okta_reason reason;

    okta_result_init(&result);
    reason = okta_proof_check(&terms, keys, field, length, FUZZ_NOW, proof, &result);
    hold(reason == OKTA_OK || (reason == result.reason && result.detail[0]));
    hold(reason != OKTA_UNSET && reason != OKTA_OUT_OF_MEMORY);
    for (const char *p = result.detail; *p; p++)
        hold(*p >= ' ' && *p <= '~');
    return reason;
}

static bool judge(const char *field, size_t length)
{
    okta_proof_keys *keys = okta_proof_keys_new(8);
    okta_proof first, proof;
    okta_reason reason = judge_with(keys, field, length, &first);

    hold(judge_with(keys, field, length, &proof) == reason);
    hold(judge_with(NULL, field, length, &proof) == reason);
    if (reason == OKTA_OK) {
        const char *dot = memchr(field, '.', length);
        const char *second = memchr(dot + 1, '.', length - (size_t)(dot + 1 - field));
        json_t *header = part(field, (size_t)(dot - field));
        json_t *claims = part(dot + 1, (size_t)(second - dot - 1));

        hold(memcmp(first.id, proof.id, sizeof(first.id)) == 0);
        hold_header(header);
        hold_claims(claims, &proof);
        json_decref(header);
        json_decref(claims);
    }
    okta_proof_keys_free(keys);
    return reason == OKTA_OK;
}

/* What passes is a proof for this request and this token by jansson's account, whether or not its
 * key is known. */
FUZZ_TARGET("proof")
{
    const char *newline = memchr(input, '\n', length);
    bool good;

    if (newline) {
        char *proof = fuzz_signed(input, length, newline);

        good = judge(proof, strlen(proof));
        free(proof);
    } else {
        good = judge(input, length);
    }
    return good;
}
