/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify.h"
#include "policy.h"
#include "signing.h"

/* The key that signs, and those of RFC 7515 appendices A.2 and A.3. */
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
    okta_claims_free(traced);
    if (claims) {
        json_t *json = okta_value_to_json(okta_claims_root(claims));

        hold(next == OKTA_CHECK_KIND);
        reason = okta_policy_check(&fuzz_policy, claims, FUZZ_NOW, &trace, &result);
        if (reason == OKTA_OK)
            fuzz_hold_accepted(json);
        json_decref(json);
    }
    hold(reason == OKTA_OK ? next == OKTA_CHECK_PROOF : result.detail[0] != '\0');
    okta_claims_free(claims);
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
        char *token = fuzz_signed(input, length, newline);

        good = judge(token, strlen(token));
        free(token);
    } else {
        good = judge(input, length);
    }
    return good;
}
