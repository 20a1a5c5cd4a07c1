/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/subject.h"

#include "core/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TOKEN_BYTES 1077

static const char *const issuers[] = {SAMPLE_ISSUER};
static const char *const audiences[] = {SAMPLE_AUDIENCE};
static const okta_policy policy = {.issuers = {1, issuers},
                                   .audiences = {1, audiences},
                                   .algorithms = OKTA_ALGORITHMS_ALL,
                                   .skew = OKTA_SKEW_DEFAULT,
                                   .max_token_bytes = OKTA_TOKEN_BYTES_DEFAULT};
static int64_t now;

static okta_reason find_keys(void *baton, const char *issuer, okta_keyset **keys)
{
    const subject *of = baton;

    (void)issuer;
    *keys = okta_keyset_ref(of->keys);
    return OKTA_OK;
}

void subject_judge(void *baton)
{
    subject *of = baton;
    const okta_keyring keyring = {find_keys, of};
    okta_claims *claims;
    okta_result result;

    if (okta_verify(&policy, &keyring, of->token, strlen(of->token), NULL, &claims, &result) !=
            OKTA_OK ||
        okta_policy_check(&policy, claims, now, NULL, &result) != OKTA_OK) {
        fprintf(stderr, "okta-bench: %s: %s\n", of->s.algorithm->name, result.detail);
        exit(1);
    }
    okta_claims_free(claims);
}

void subject_verify_bare(void *baton)
{
    subject *of = baton;
    EVP_MD_CTX *context;

    if (of->s.algorithm->digest) {
        context = EVP_MD_CTX_new();
        EVP_MD_CTX_copy_ex(context, of->prepared);
    } else {
        context = signer_verification(&of->s);
    }
    if (EVP_DigestVerify(context, of->signature, of->signature_length,
                         (const unsigned char *)of->token, of->signing_length) != 1)
        exit(1);
    EVP_MD_CTX_free(context);
}

void subject_prepare(subject *of, okta_algorithm_id id, int bits)
{
    char *payload, *jwk, *jwks;

    now = (int64_t)time(NULL);
    of->s = signer_new(id, bits);
    payload = sample_payload(&of->s, SAMPLE_ISSUER, TOKEN_BYTES);
    of->token = signer_token(&of->s, payload);
    of->signing_length = (size_t)(strrchr(of->token, '.') - of->token);
    of->signature = signer_sign(&of->s, of->token, of->signing_length, &of->signature_length);
    of->prepared = signer_verification(&of->s);
    jwk = signer_jwk(&of->s);
    if (asprintf(&jwks, "{\"keys\":[%s]}", jwk) < 0)
        abort();
    of->keys = okta_keyset_parse(jwks, strlen(jwks), NULL, NULL, NULL, NULL);
    free(jwks);
    free(jwk);
    free(payload);
}

void subject_release(subject *of)
{
    okta_keyset_unref(of->keys);
    EVP_MD_CTX_free(of->prepared);
    free(of->signature);
    free(of->token);
    signer_clear(&of->s);
}
