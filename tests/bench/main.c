/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/commands.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: okta-bench COMMAND …\n"
    "\n"
    "  verify [SECONDS]   each algorithm: okta_verify and okta_policy_check beside OpenSSL's bare\n"
    "                     verification of the same signatures; JSON on standard output\n"
    "  bare [SECONDS]     nanoseconds of a bare RS256 verification with a 2048-bit key\n"
    "  parts [SECONDS]    what the parts of a verdict cost; JSON on standard output\n"
    "  proof [SECONDS]    a DPoP proof, its key known and new, beside a bare verification; and "
    "the\n"
    "                     memory of proofs; JSON on standard output\n"
    "  mint FOLDER COUNT BYTES KEYS ISSUER\n"
    "                     COUNT signed tokens of about BYTES bytes in FOLDER/good, as many badly\n"
    "                     signed ones in FOLDER/bad; the key set, with KEYS keys, in\n"
    "                     FOLDER/jwks.json; the key that signs in FOLDER/key.pem\n"
    "  mint-proofs FOLDER COUNT ALGORITHM URL ISSUER\n"
    "                     a bound token and COUNT proofs for GET of the URL, a line for each pair, "
    "in\n"
    "                     FOLDER/proofs; the key set in FOLDER/jwks.json\n"
    "  open [SECONDS]     an encrypted token opened and verified, beside OpenSSL's bare "
    "private-key\n"
    "                     operation and verification, by the bits of the key; JSON\n"
    "  bare-open [SECONDS]\n"
    "                     nanoseconds of one such operation (RSA-OAEP-256, 2048 bits) and one "
    "bare\n"
    "                     verification\n"
    "  count-open COUNT   that many of both, to be counted by callgrind\n"
    "  encrypt FOLDER     what `mint` left in FOLDER/good, encrypted, in FOLDER/encrypted; the "
    "key\n"
    "                     that opens them in FOLDER/decryption.pem\n"
    "\n"
    "SECONDS is for each figure, in parts of a second or more; the default is 1.\n";

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int, char **);
    } commands[] = {{"verify", bench_time_verify},      {"bare", bench_time_bare},
                    {"parts", bench_time_parts},        {"proof", bench_time_proof},
                    {"mint-proofs", bench_mint_proofs}, {"mint", bench_mint},
                    {"open", bench_time_open},          {"bare-open", bench_time_bare_open},
                    {"count-open", bench_count_open},   {"encrypt", bench_encrypt}};

    for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 2, argv + 2);
    fputs(usage, stderr);
    return 2;
}
