#include "core/verify.h"
#include "core/base64url.h"
#include "policy.h"

#include <openssl/evp.h>

/* RFC 8037 appendix A.1. */
static const unsigned char secret[32] = {
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};

/* That key, and those of RFC 7515 appendices A.2 and A.3. */
static const char jwks[] =
    "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"ed\","
    "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"},"
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"p256\",\"alg\":\"ES256\","
    "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"},"
    "{\"kty\":\"RSA\",\"kid\":\"rsa\",\"use\":\"sig\",\"e\":\"AQAB\","
    "\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEz"
    "P1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSX"
    "ndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJ"
    "H7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\"}]}";

static okta_keyset *keys;

__attribute__((destructor)) static void release(void)
{
    okta_keyset_unref(keys);
}

static okta_reason find(void *baton, const char *issuer, okta_keyset **found)
{
    (void)baton;
    hold(strcmp(issuer, FUZZ_ISSUER) == 0);
    *found = okta_keyset_ref(keys);
    return OKTA_OK;
}

/* So that the fuzzer gets past the signature: input as "header\npayload" is signed for it. */
static char *signed_token(const char *input, size_t length, const char *newline)
{
    size_t header = (size_t)(newline - input), payload = length - header - 1;
    char *token = malloc(OKTA_BASE64URL_ENCODED(length) + 100), *end = token;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, sizeof(secret));
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char signature[64];
    size_t size = sizeof(signature);

    okta_base64url_encode((const unsigned char *)input, header, end);
    end += strlen(end);
    *end++ = '.';
    okta_base64url_encode((const unsigned char *)newline + 1, payload, end);
    end += strlen(end);
    hold(EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1);
    hold(EVP_DigestSign(context, signature, &size, (unsigned char *)token, (size_t)(end - token)) ==
         1);
    *end++ = '.';
    okta_base64url_encode(signature, size, end);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return token;
}

static void watch(void *baton, okta_check check, const okta_result *result)
{
    okta_check *next = baton;

    hold(check == *next && result->reason != OKTA_UNSET);
    ++*next;
}

static bool judge(const char *token, size_t length)
{
    okta_check next = OKTA_CHECK_SHAPE;
    const okta_trace trace = {watch, &next};
    const okta_keyring keyring = {find, NULL};
    okta_claims *claims, *traced;
    okta_result result;
    okta_reason reason = okta_verify(&fuzz_policy, &keyring, token, length, NULL, &claims, &result);

    hold(reason == result.reason && reason != OKTA_UNSET && (reason == OKTA_OK) == !!claims);
    hold(okta_verify(&fuzz_policy, &keyring, token, length, &trace, &traced, &result) == reason);
    okta_claims_unref(traced);
    if (claims) {
        json_t *json = okta_value_to_json(okta_claims_root(claims));

        hold(next == OKTA_CHECK_KIND);
        reason = okta_policy_check(&fuzz_policy, claims, FUZZ_NOW, &trace, &result);
        if (reason == OKTA_OK)
            fuzz_hold_accepted(json);
        json_decref(json);
    }
    hold(reason == OKTA_OK ? next == OKTA_CHECK_PROOF : result.detail[0] != '\0');
    okta_claims_unref(claims);
    return reason == OKTA_OK;
}

FUZZ_TARGET("verify")
{
    const char *newline = memchr(input, '\n', length);
    bool good;

    if (!keys)
        keys = okta_keyset_parse(jwks, sizeof(jwks) - 1, NULL, NULL, NULL, NULL);
    hold(keys);
    if (newline) {
        char *token = signed_token(input, length, newline);

        good = judge(token, strlen(token));
        free(token);
    } else {
        good = judge(input, length);
    }
    return good;
}
