/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/commands.h"
#include "bench/stopwatch.h"
#include "bench/subject.h"

#include <stdio.h>
#include <string.h>

int bench_time_verify(int argc, char **argv)
{
    static const struct {
        okta_algorithm_id id;
        int bits;
    } all[] = {{OKTA_RS256, 2048}, {OKTA_RS256, 3072}, {OKTA_RS256, 4096}, {OKTA_RS384, 2048},
               {OKTA_RS512, 2048}, {OKTA_PS256, 2048}, {OKTA_PS384, 2048}, {OKTA_PS512, 2048},
               {OKTA_ES256, 0},    {OKTA_ES384, 0},    {OKTA_ES512, 0},    {OKTA_EDDSA, 0}};
    double seconds = stopwatch_seconds(argc, argv);
    size_t count = sizeof(all) / sizeof(all[0]);

    puts("[");
    for (size_t i = 0; i < count; i++) {
        subject of;
        measured both[] = {{"okta_verify", subject_judge, &of, 0},
                           {"bare", subject_verify_bare, &of, 0}};

        subject_prepare(&of, all[i].id, all[i].bits);
        stopwatch_measure(both, 2, seconds);
        printf("{\"algorithm\":\"%s\",\"bits\":%d,\"token_bytes\":%zu,\"okta_ns\":%.0f,"
               "\"bare_ns\":%.0f,\"per_second\":%.0f,\"ratio\":%.3f}%s\n",
               of.s.algorithm->name, EVP_PKEY_get_bits(of.s.key), strlen(of.token), both[0].ns,
               both[1].ns, 1e9 / both[0].ns, both[0].ns / both[1].ns, i + 1 < count ? "," : "");
        fflush(stdout);
        subject_release(&of);
    }
    puts("]");
    return 0;
}

int bench_time_bare(int argc, char **argv)
{
    double seconds = stopwatch_seconds(argc, argv);
    subject of;
    measured bare = {"bare", subject_verify_bare, &of, 0};

    subject_prepare(&of, OKTA_RS256, 2048);
    stopwatch_measure(&bare, 1, seconds);
    printf("%.0f\n", bare.ns);
    subject_release(&of);
    return 0;
}
