/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL fails while it verifies. Good tokens must not be taken for forged ones by that: such a
 * verdict would be remembered. The linker hands its functions over (--wrap). */
#include "proofs.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

typedef enum left_behind { NOTHING, ITS_REASON, NO_MEMORY } left_behind;

/* What the next calls do in place of verifying. */
static struct {
    int times, answer;
    left_behind left;
    int copies; /* of a context: so many fail */
    int asked;  /* how often a signature was to be verified */
} fault;

int __real_EVP_DigestVerify(EVP_MD_CTX *context, const unsigned char *signature,
                            size_t signature_length, const unsigned char *data, size_t length);
int __wrap_EVP_DigestVerify(EVP_MD_CTX *context, const unsigned char *signature,
                            size_t signature_length, const unsigned char *data, size_t length);

int __wrap_EVP_DigestVerify(EVP_MD_CTX *context, const unsigned char *signature,
                            size_t signature_length, const unsigned char *data, size_t length)
{
    fault.asked++;
    if (fault.times == 0)
        return __real_EVP_DigestVerify(context, signature, signature_length, data, length);
    fault.times--;
    if (fault.left != NOTHING)
        ERR_raise(ERR_LIB_EVP,
                  fault.left == NO_MEMORY ? ERR_R_MALLOC_FAILURE : ERR_R_INTERNAL_ERROR);
    return fault.answer;
}

int __real_EVP_MD_CTX_copy_ex(EVP_MD_CTX *to, const EVP_MD_CTX *from);
int __wrap_EVP_MD_CTX_copy_ex(EVP_MD_CTX *to, const EVP_MD_CTX *from);

int __wrap_EVP_MD_CTX_copy_ex(EVP_MD_CTX *to, const EVP_MD_CTX *from)
{
    if (fault.copies == 0)
        return __real_EVP_MD_CTX_copy_ex(to, from);
    fault.copies--;
    return 0;
}

static okta_signature_verdict verify_good(const char *alg, const char *kid)
{
    static const char data[] = "what is signed";
    okta_key *key = load_key(mint_jwk(world_key(kid), ""), NULL);
    size_t length;
    unsigned char *signature = mint_sign(world_key(kid), alg, data, sizeof(data), &length);
    okta_signature_verdict verdict;

    need(key, "%s", kid);
    verdict = okta_key_verify(key, okta_algorithm_by_name(alg, strlen(alg)),
                              (const unsigned char *)data, sizeof(data), signature, length);
    okta_key_free(key);
    return verdict;
}

rule(a_failure_of_openssl_is_no_bad_signature)
{
    static const struct {
        const char *alg, *kid;
        int answer;
        left_behind left;
        bool judges; /* it says that the signature is bad, and no more than that */
    } rows[] = {
        {"RS256", "rsa", 0, ITS_REASON, true},    {"RS256", "rsa", 0, NOTHING, false},
        {"RS256", "rsa", 0, NO_MEMORY, false},    {"RS256", "rsa", -1, ITS_REASON, false},
        {"PS256", "rsa", 0, NOTHING, false},      {"PS256", "rsa", -1, NOTHING, false},
        {"ES256", "p256", 0, NOTHING, true},      {"ES256", "p256", 0, ITS_REASON, true},
        {"ES256", "p256", 0, NO_MEMORY, false},   {"ES256", "p256", -1, NOTHING, false},
        {"ES512", "p521", -1, ITS_REASON, false}, {"EdDSA", "ed", 0, NOTHING, true},
        {"EdDSA", "ed", 0, NO_MEMORY, false},     {"EdDSA", "ed", -1, NOTHING, false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (int times = 0; times <= 2; times++) {
            okta_signature_verdict expected = times == 0                  ? OKTA_SIGNATURE_GOOD
                                              : rows[i].judges            ? OKTA_SIGNATURE_BAD
                                              : times == 1                ? OKTA_SIGNATURE_GOOD
                                              : rows[i].left == NO_MEMORY ? OKTA_SIGNATURE_NO_MEMORY
                                                                          : OKTA_SIGNATURE_FAILED;
            okta_signature_verdict verdict;

            fault.times = times;
            fault.answer = rows[i].answer;
            fault.left = rows[i].left;
            verdict = verify_good(rows[i].alg, rows[i].kid);
            fault.times = 0;
            check(verdict == expected, "row %zu, %d times: %d", i, times, verdict);
            check(ERR_peek_error() == 0, "row %zu: an error is left behind", i);
        }
    }
}

/* OpenSSL is not asked to verify with what could not be set up. */
rule(a_context_that_cannot_be_copied_is_no_bad_signature)
{
    fault.asked = 0;
    fault.copies = 2;
    check(verify_good("ES256", "p256") == OKTA_SIGNATURE_FAILED, "twice");
    check(fault.copies == 0 && fault.asked == 0, "%d copies left, asked %d times", fault.copies,
          fault.asked);
    fault.copies = 1;
    check(verify_good("ES256", "p256") == OKTA_SIGNATURE_GOOD, "once");
    check(fault.copies == 0 && fault.asked == 1, "%d copies left, asked %d times", fault.copies,
          fault.asked);
}

/* Refused without a verdict that could be remembered, and the log tells the two apart. */
rule(what_openssl_could_not_find_out_is_the_servers_fault)
{
    static const struct {
        left_behind left;
        const char *detail;
    } rows[] = {{NO_MEMORY, "out of memory"}, {ITS_REASON, "OpenSSL failed to check "}};
    const char *token = token_of(payload("")), *proof = proof_with("");

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        fault.answer = -1;
        fault.left = rows[i].left;
        fault.times = 2;
        expect_verdict(token, "out_of_memory", rows[i].detail);
        check(strstr(last.detail, rows[i].detail), "a token: %s", last.detail);
        fault.times = 2;
        expect_proof(proof, "out_of_memory", rows[i].detail);
        check(strstr(last.detail, rows[i].detail), "a proof: %s", last.detail);
    }
    expect_verdict(token, "ok", "without a fault");
    expect_proof(proof, "ok", "without a fault");
}
