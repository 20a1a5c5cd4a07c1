/* SPDX-License-Identifier: Apache-2.0 */
/* What verify found, as lines or as JSON. One thread. */
#ifndef OKTA_CLI_REPORT_H
#define OKTA_CLI_REPORT_H

#include "core/claims.h"
#include "core/trace.h"

typedef struct okta_row {
    okta_check check;
    okta_reason reason;
    bool judged; /* false: passed for want of an expectation */
    char detail[512];
} okta_row;

typedef struct okta_report {
    bool signature_only;
    bool any_issuer; /* nothing was said of the issuer or the audience that is expected */
    bool any_audience;
    size_t count;
    okta_row rows[OKTA_CHECK_COUNT];
} okta_report;

/* The trace that fills report, which has to outlive it. */
okta_trace okta_report_trace(okta_report *report);

/* Why the last row ends the walk; the detail of that row. */
const char *okta_report_detail(const okta_report *report);

/* To standard output. remedy: what would have been right, "" for nothing. */
void okta_report_text(const okta_report *report, const okta_result *result, const char *remedy);

/* The same as one JSON object; claims NULL for none. False when out of memory. */
bool okta_report_json(const okta_report *report, const okta_result *result, const char *remedy,
                      const okta_claims *claims);

#endif
