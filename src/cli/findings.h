/* SPDX-License-Identifier: Apache-2.0 */
/* What check found: one line for each thing looked at, with its remedy where it is not well. One
 * thread. */
#ifndef OKTA_CLI_FINDINGS_H
#define OKTA_CLI_FINDINGS_H

#include "core/text.h"

typedef enum okta_level { OKTA_LEVEL_OK, OKTA_LEVEL_WARNING, OKTA_LEVEL_FAILURE } okta_level;

typedef struct okta_finding {
    okta_level level;
    char subject[300];
    char check[16];
    char detail[640];
    char remedy[640]; /* a sentence without its full stop; "" for what is well */
} okta_finding;

/* Empty at first, released by okta_findings_clear. */
typedef struct okta_findings {
    size_t count;
    okta_finding *items;
    char subject[300];
    bool no_memory;
} okta_findings;

/* What the findings that follow are about. */
void okta_findings_about(okta_findings *findings, const char *format, ...) OKTA_PRINTF(2, 3);

/* Add one. */
void okta_found(okta_findings *findings, okta_level level, const char *check, const char *format,
                ...) OKTA_PRINTF(4, 5);

/* The remedy of the one added last. */
void okta_findings_remedy(okta_findings *findings, const char *format, ...) OKTA_PRINTF(2, 3);

size_t okta_findings_count(const okta_findings *findings, okta_level level);

/* To standard output, as lines or as one JSON object. False when out of memory. */
bool okta_findings_print(const okta_findings *findings, bool json);

void okta_findings_clear(okta_findings *findings);

#endif
