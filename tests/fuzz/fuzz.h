/* SPDX-License-Identifier: Apache-2.0 */
/* The frame of a fuzz target. libFuzzer and replay.c both call LLVMFuzzerTestOneInput; the target
 * says whether an input came to a good end, and aborts where the code breaks a rule. */
#ifndef OKTA_TESTS_FUZZ_H
#define OKTA_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUZZ_ISSUER "https://integrator-1.okta.com/oauth2/default"
#define FUZZ_NOW ((int64_t)1700000000)

extern const char fuzz_name[];
extern bool fuzz_succeeded; /* the last input did */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Define a target: `return` whether input[length] came to a good end. */
#define FUZZ_TARGET(name)                                        \
    const char fuzz_name[] = name;                               \
    bool fuzz_succeeded;                                         \
    static bool fuzz(const char *input, size_t length);          \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) \
    {                                                            \
        fuzz_succeeded = fuzz((const char *)data, size);         \
        return 0;                                                \
    }                                                            \
    static bool fuzz(const char *input, size_t length)

#define hold(rule)                                                             \
    do {                                                                       \
        if (!(rule)) {                                                         \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #rule); \
            abort();                                                           \
        }                                                                      \
    } while (0)

#endif
