/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/commands.h"
#include "bench/sample.h"

#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *create(const char *folder, const char *name)
{
    char *path;
    FILE *file;

    if (asprintf(&path, "%s/%s", folder, name) < 0)
        abort();
    file = fopen(path, "w");
    if (!file) {
        perror(path);
        exit(1);
    }
    free(path);
    return file;
}

static void finish(FILE *file)
{
    if (fclose(file) != 0) {
        perror("okta-bench: writing");
        exit(1);
    }
}

void mint_write_keys(const char *folder, const signer *s, long keys)
{
    FILE *jwks = create(folder, "jwks.json"), *pem = create(folder, "key.pem");
    FILE *kid = create(folder, "kid");
    char *jwk = signer_jwk(s);

    fputs("{\"keys\":[", jwks);
    for (long i = 1; i < keys; i++) {
        char *filler = signer_filler_jwk();
        fprintf(jwks, "%s,", filler);
        free(filler);
    }
    fprintf(jwks, "%s]}\n", jwk);
    PEM_write_PUBKEY(pem, s->key);
    fputs(s->kid, kid);
    free(jwk);
    finish(jwks);
    finish(pem);
    finish(kid);
}

/* One character within the signature becomes another: it is as long and costs as much to verify. */
static void spoil(char *token)
{
    char *at = strrchr(token, '.') + 100;

    *at = *at == 'A' ? 'B' : 'A';
}

int bench_mint(int argc, char **argv)
{
    long count = argc == 5 ? atol(argv[1]) : 0, bytes = argc == 5 ? atol(argv[2]) : 0;
    long keys = argc == 5 ? atol(argv[3]) : 0;
    FILE *good, *bad;
    signer s;

    if (count < 1 || bytes < 1 || keys < 1) {
        fputs("okta-bench mint: FOLDER COUNT BYTES KEYS ISSUER\n", stderr);
        return 2;
    }
    s = signer_new(OKTA_RS256, 2048);
    mint_write_keys(argv[0], &s, keys);
    good = create(argv[0], "good");
    bad = create(argv[0], "bad");
    for (long i = 0; i < count; i++) {
        char *payload = sample_payload(&s, argv[4], (size_t)bytes);
        char *token = signer_token(&s, payload);

        fprintf(good, "%s\n", token);
        spoil(token);
        fprintf(bad, "%s\n", token);
        free(token);
        free(payload);
    }
    finish(good);
    finish(bad);
    signer_clear(&s);
    return 0;
}
