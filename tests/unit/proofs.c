/* SPDX-License-Identifier: Apache-2.0 */
#include "proofs.h"

#include <string.h>

okta_proof last_proof;

okta_proof_terms proof_terms(const char *kid)
{
    unsigned char *digest = keep(malloc(OKTA_DIGEST_BYTES));

    need(okta_digest(PROOF_TOKEN, strlen(PROOF_TOKEN), digest), "a digest");
    return (okta_proof_terms){.algorithms = OKTA_PROOF_ALGORITHMS_DEFAULT,
                              .window = PROOF_WINDOW,
                              .skew = PROOF_SKEW,
                              .method = "GET",
                              .url = PROOF_URL,
                              .token_digest = digest,
                              .thumbprint = mint_thumbprint(world_key(kid))};
}

static char *changed(const char *object, const char *members)
{
    json_t *made = json_loads(object, 0, NULL),
           *changes = json_loads(text("{%s}", members), 0, NULL);
    const char *name;
    json_t *value;
    void *unused;
    char *printed;

    need(made && changes, "no JSON members: %s", members);
    json_object_update(made, changes);
    json_object_foreach_safe(made, unused, name, value)
    {
        if (json_is_string(value) && strcmp(json_string_value(value), "(absent)") == 0)
            json_object_del(made, name);
    }
    printed = keep(json_dumps(made, JSON_COMPACT));
    json_decref(made);
    json_decref(changes);
    return printed;
}

char *proof_header(const char *kid, const char *alg, const char *members)
{
    return changed(
        text("{\"typ\":\"dpop+jwt\",\"alg\":\"%s\",\"jwk\":%s}", alg, mint_jwk(world_key(kid), "")),
        members);
}

char *proof_claims(const char *members)
{
    return changed(text("{\"jti\":\"j1\",\"htm\":\"GET\",\"htu\":\"" PROOF_URL
                        "\",\"iat\":%lld,\"ath\":\"%s\"}",
                        (long long)NOW, mint_hash(PROOF_TOKEN)),
                   members);
}

char *proof_by(const char *kid, const char *alg, const char *header_members, const char *members)
{
    return mint_token(world_key(kid), alg, proof_header(kid, alg, header_members),
                      proof_claims(members));
}

char *proof_with(const char *members)
{
    return proof_by("p256", "ES256", "", members);
}

char *proof_with_header(const char *members)
{
    return proof_by("p256", "ES256", members, "");
}

okta_reason check_proof(const okta_proof_terms *terms, const char *field)
{
    size_t length = field ? strlen(field) : 0;
    okta_reason reason;

    okta_result_init(&last);
    strcpy(last.kid, "k");
    strcpy(last.issuer, "i");
    strcpy(last.jti, "j");
    memset(&last_proof, 0, sizeof(last_proof));
    reason = okta_proof_check(terms, NULL, field ? exact(field, length) : NULL, length, NOW,
                              &last_proof, &last);
    check(reason == OKTA_OK || (reason == last.reason && last.detail[0]),
          "%s without its detail in the result", okta_reason_tag(reason));
    check(strcmp(last.kid, "k") == 0 && strcmp(last.issuer, "i") == 0 && strcmp(last.jti, "j") == 0,
          "the token's names are gone");
    check(!field || length < 20 || !strstr(last.detail, field), "the proof is in the detail");
    for (const char *p = last.detail; *p; p++)
        check(*p >= ' ' && *p <= '~', "a detail of %s that is not printable",
              okta_reason_tag(reason));
    return reason;
}

void expect_proof_by(const okta_proof_terms *terms, const char *field, const char *tag,
                     const char *row)
{
    okta_reason reason = check_proof(terms, field);

    check(strcmp(okta_reason_tag(reason), tag) == 0, "%s: %s (%s), expected %s", row,
          okta_reason_tag(reason), last.detail, tag);
}

void expect_proof(const char *field, const char *tag, const char *row)
{
    okta_proof_terms terms = proof_terms("p256");

    expect_proof_by(&terms, field, tag, row);
}
