/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/proofs.h"

#include "core/base64url.h"
#include "core/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void must(bool good)
{
    if (!good) {
        fputs("okta-bench: no memory, or OpenSSL refuses\n", stderr);
        exit(1);
    }
}

/* Its alg and kid are not a proof's business. */
static char *bare_jwk(const signer *s)
{
    char *jwk = signer_jwk(s), *end = strstr(jwk, ",\"alg\"");

    must(end != NULL);
    strcpy(end, "}");
    return jwk;
}

prover prover_new(okta_algorithm_id id, int bits)
{
    prover p = {.s = signer_new(id, bits)};
    okta_value *value;
    okta_key *key;

    p.jwk = bare_jwk(&p.s);
    value = okta_read_object(p.jwk, strlen(p.jwk), NULL);
    must(value != NULL);
    key = okta_key_from_jwk(value, NULL);
    must(key && okta_thumbprint(key, p.thumbprint));
    okta_key_free(key);
    free(value);
    return p;
}

void prover_clear(prover *p)
{
    signer_clear(&p->s);
    free(p->jwk);
}

char *prover_proof(const prover *p, const char *url, long ahead,
                   const unsigned char token_digest[OKTA_DIGEST_BYTES])
{
    char ath[OKTA_BASE64URL_ENCODED(OKTA_DIGEST_BYTES) + 1], jti[23];
    char *header, *payload, *proof;

    okta_base64url_encode(token_digest, OKTA_DIGEST_BYTES, ath);
    signer_random_text(jti, sizeof(jti) - 1);
    must(asprintf(&header, "{\"typ\":\"dpop+jwt\",\"alg\":\"%s\",\"jwk\":%s}", p->s.algorithm->name,
                  p->jwk) > 0);
    must(asprintf(&payload,
                  "{\"jti\":\"%s\",\"htm\":\"GET\",\"htu\":\"%s\",\"iat\":%ld,\"ath\":\"%s\"}", jti,
                  url, (long)time(NULL) + ahead, ath) > 0);
    proof = signer_compact(&p->s, header, payload);
    free(header);
    free(payload);
    return proof;
}

char *prover_bind(const prover *p, const char *payload)
{
    char *bound;

    must(asprintf(&bound, "{\"cnf\":{\"jkt\":\"%s\"},%s", p->thumbprint, payload + 1) > 0);
    return bound;
}
