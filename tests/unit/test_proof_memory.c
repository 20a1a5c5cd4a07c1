/* SPDX-License-Identifier: Apache-2.0 */
#include "proofs.h"
#include "scarce.h"

#include <stdlib.h>
#include <string.h>

/* Every allocation of a proof's check fails once: nothing crashes or leaks, no bad proof passes,
 * and a good one is never called bad. */

typedef struct judged {
    const char *proof;
    okta_proof_terms terms;
    okta_reason reason;
    bool has_keys;      /* remembers keys, new ones each time */
    okta_reason blamed; /* what it was called, where memory was to blame */
} judged;

static bool judge_proof(void *baton)
{
    judged *self = baton;
    okta_proof_keys *keys = self->has_keys ? okta_proof_keys_new(8) : NULL;
    okta_result result;
    okta_reason reason = OKTA_OK;

    if (self->has_keys && !keys)
        return false;
    /* the second time the key is known */
    for (int i = 0; i < 2 && reason == OKTA_OK; i++) {
        okta_proof proof = {.issued_at = 0};

        result.reason = OKTA_OK;
        reason = okta_proof_check(&self->terms, keys, self->proof, strlen(self->proof), NOW, &proof,
                                  &result);
        if (reason != result.reason || (reason == OKTA_OK && proof.issued_at != NOW))
            abort();
    }
    okta_proof_keys_free(keys);
    if (reason != self->reason && reason != OKTA_OUT_OF_MEMORY)
        self->blamed = reason;
    return reason == OKTA_OK;
}

static const char *const pairs[][2] = {
    {"RS256", "rsa"}, {"PS256", "rsa"}, {"ES256", "p256"}, {"ES512", "p521"}, {"EdDSA", "ed"}};

static judged of(size_t i, const char *members, okta_reason reason)
{
    return (judged){.proof = proof_by(pairs[i][1], pairs[i][0], "", members),
                    .terms = proof_terms(pairs[i][1]),
                    .reason = reason};
}

static void expect_honesty(const char *name, judged *self)
{
    for (int k = 0; k < 4; k++) {
        self->has_keys = k % 2;
        for_good = k / 2;
        if (!for_good)
            expect_survival(name, judge_proof, self, self->reason == OKTA_OK);
        for (size_t n = 1; for_good; n++) {
            bool failed;

            until_failure = n;
            armed = true;
            judge_proof(self);
            armed = false;
            failed = until_failure <= 1;
            until_failure = 0;
            if (!failed)
                break;
        }
        check(!self->blamed, "%s: called %s for want of memory", name,
              okta_reason_tag(self->blamed));
    }
    for_good = false;
}

rule(a_good_proof_passes_or_cannot_be_judged)
{
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        judged good = of(i, "", OKTA_OK);

        expect_honesty(text("good %s", pairs[i][0]), &good);
    }
}

rule(a_bad_proof_never_passes)
{
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        judged forged = of(i, "", OKTA_PROOF_SIGNATURE);
        judged stolen = of(i, "\"htm\":\"POST\"", OKTA_PROOF_METHOD);
        judged other = of(i, "", OKTA_PROOF_OTHER_KEY);
        char *altered = text("%s", forged.proof), *signature = strrchr(altered, '.') + 1;

        signature[5] = signature[5] == 'A' ? 'B' : 'A';
        forged.proof = altered;
        other.terms.thumbprint = mint_thumbprint(world_key("p384"));
        expect_honesty(text("forged %s", pairs[i][0]), &forged);
        expect_honesty(text("stolen %s", pairs[i][0]), &stolen);
        expect_honesty(text("another's %s", pairs[i][0]), &other);
    }
}

rule(a_bad_key_never_passes)
{
    judged off_curve = {
        .proof = proof_with_header(text("\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\","
                                        "\"y\":\"%s\"}",
                                        mint_hash("x"), mint_hash("y"))),
        .terms = proof_terms("p256"),
        .reason = OKTA_PROOF_KEY};

    expect_honesty("a point off the curve", &off_curve);
}

rule(a_nonce_is_judged_or_not)
{
    okta_nonces nonces;
    char nonce[OKTA_NONCE_LENGTH + 1];
    judged good = of(2, "", OKTA_OK), without = of(2, "", OKTA_PROOF_NONCE);

    memset(nonces.secret, 1, sizeof(nonces.secret));
    need(okta_nonce_write(&nonces, NOW, nonce), "a nonce");
    good.proof = proof_with(text("\"nonce\":\"%s\"", nonce));
    good.terms.nonces = without.terms.nonces = &nonces;
    expect_honesty("with its nonce", &good);
    expect_honesty("without a nonce", &without);
}
