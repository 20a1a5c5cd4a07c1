/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/report.h"

#include "cli/output.h"

#include <stdio.h>
#include <string.h>

static void adapt(const okta_report *report, okta_row *row)
{
    const char *option = NULL;
    char seen[400];

    if (report->any_issuer && row->check == OKTA_CHECK_ISSUER)
        option = "--issuer";
    else if (report->any_audience && row->check == OKTA_CHECK_AUDIENCE)
        option = "--audience";
    if (!option)
        return;
    if (row->reason == OKTA_OK) {
        row->judged = false;
        okta_text_format(seen, sizeof(seen), "%s", row->detail);
        okta_text_format(row->detail, sizeof(row->detail), "no %s; the token has %s", option, seen);
    } else if (row->reason == OKTA_AUDIENCE_MISMATCH) {
        okta_text_format(row->detail, sizeof(row->detail),
                         "aud is absent or empty, and httpd always expects one");
    }
}

static void checked(void *baton, okta_check check, const okta_result *result)
{
    okta_report *report = baton;
    okta_row *row;

    if (report->count == OKTA_CHECK_COUNT)
        return;
    row = &report->rows[report->count++];
    row->check = check;
    row->reason = result->reason;
    row->judged = true;
    memcpy(row->detail, result->detail, sizeof(row->detail));
    adapt(report, row);
}

okta_trace okta_report_trace(okta_report *report)
{
    return (okta_trace){checked, report};
}

const char *okta_report_detail(const okta_report *report)
{
    return report->count ? report->rows[report->count - 1].detail : "";
}

static bool has_unjudged(const okta_report *report)
{
    return !report->signature_only && (report->any_issuer || report->any_audience);
}

static void print_row(const okta_row *row)
{
    printf("%-12s ", okta_check_name(row->check));
    if (row->reason != OKTA_OK)
        printf("REFUSED      %s: %s\n", okta_reason_tag(row->reason), row->detail);
    else
        printf("%-12s %s\n", row->judged ? "ok" : "not checked", row->detail);
}

static void print_good(const okta_report *report)
{
    if (report->signature_only)
        puts("\nThe signature is good. Nothing else was looked at.");
    else if (has_unjudged(report))
        printf("\nValid as far as it was checked: %s not.\n",
               report->any_issuer && report->any_audience ? "its issuer and its audience were"
               : report->any_issuer                       ? "its issuer was"
                                                          : "its audience was");
    else
        puts("\nValid.");
}

static void print_bad(const okta_report *report, const okta_result *result)
{
    int status = okta_reason_status(result->reason);
    const char *error = okta_reason_error(result->reason);

    if (status != 401)
        printf("\nNot judged: %s.", okta_reason_tag(result->reason));
    else
        printf("\nRefused: %s.", okta_reason_tag(result->reason));
    if (!report->signature_only)
        printf(" httpd answers %d%s%s.", status, error ? " " : "", error ? error : "");
    puts("");
}

void okta_report_text(const okta_report *report, const okta_result *result, const char *remedy)
{
    for (size_t i = 0; i < report->count; i++)
        print_row(&report->rows[i]);
    if (result->reason == OKTA_OK)
        print_good(report);
    else
        print_bad(report, result);
    if (*remedy)
        printf("Right would be: %s.\n", remedy);
}

static json_t *rows_json(const okta_report *report)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < report->count; i++) {
        const okta_row *row = &report->rows[i];
        json_t *ok = row->judged ? json_boolean(row->reason == OKTA_OK) : json_null();

        json_array_append_new(rows,
                              json_pack("{s:s, s:o, s:s}", "check", okta_check_name(row->check),
                                        "ok", ok, "detail", row->detail));
    }
    return rows;
}

static json_t *unjudged_json(const okta_report *report)
{
    json_t *names = json_array();

    for (size_t i = 0; i < report->count; i++)
        if (!report->rows[i].judged)
            json_array_append_new(names, json_string(okta_check_name(report->rows[i].check)));
    return names;
}

static void set_text(json_t *object, const char *name, const char *text)
{
    if (text && *text)
        json_object_set_new(object, name, json_string(text));
}

bool okta_report_json(const okta_report *report, const okta_result *result, const char *remedy,
                      const okta_claims *claims)
{
    bool valid = result->reason == OKTA_OK;
    json_t *object = json_pack("{s:b, s:b, s:s}", "valid", valid, "signature_only",
                               report->signature_only, "reason", okta_reason_tag(result->reason));

    if (!report->signature_only)
        json_object_set_new(object, "status", json_integer(okta_reason_status(result->reason)));
    if (!valid)
        set_text(object, "error", okta_reason_error(result->reason));
    json_object_set_new(object, "detail", json_string(valid ? "" : okta_report_detail(report)));
    set_text(object, "right", remedy);
    set_text(object, "kid", result->kid);
    set_text(object, "issuer", result->issuer);
    set_text(object, "jti", result->jti);
    json_object_set_new(object, "checks", rows_json(report));
    json_object_set_new(object, "not_checked", unjudged_json(report));
    if (claims)
        json_object_set_new(object, "claims", okta_value_to_json(okta_claims_root(claims)));
    return okta_print_json(object);
}
