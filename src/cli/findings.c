/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/findings.h"

#include "cli/message.h"
#include "cli/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const level_names[] = {"ok", "warning", "failure"};

void okta_findings_about(okta_findings *findings, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    okta_text_vformat(findings->subject, sizeof(findings->subject), format, arguments);
    va_end(arguments);
}

static okta_finding *new_finding(okta_findings *findings)
{
    okta_finding *grown =
        realloc(findings->items, (findings->count + 1) * sizeof(*findings->items));

    if (!grown) {
        findings->no_memory = true;
        return NULL;
    }
    findings->items = grown;
    memset(&grown[findings->count], 0, sizeof(*grown));
    return &grown[findings->count++];
}

void okta_found(okta_findings *findings, okta_level level, const char *check, const char *format,
                ...)
{
    okta_finding *finding = new_finding(findings);
    va_list arguments;

    if (!finding)
        return;
    finding->level = level;
    okta_text_format(finding->subject, sizeof(finding->subject), "%s", findings->subject);
    okta_text_format(finding->check, sizeof(finding->check), "%s", check);
    va_start(arguments, format);
    okta_text_vformat(finding->detail, sizeof(finding->detail), format, arguments);
    va_end(arguments);
}

void okta_findings_remedy(okta_findings *findings, const char *format, ...)
{
    okta_finding *last;
    va_list arguments;

    if (findings->count == 0)
        return;
    last = &findings->items[findings->count - 1];
    va_start(arguments, format);
    okta_text_vformat(last->remedy, sizeof(last->remedy), format, arguments);
    va_end(arguments);
}

size_t okta_findings_count(const okta_findings *findings, okta_level level)
{
    size_t count = 0;

    for (size_t i = 0; i < findings->count; i++)
        count += findings->items[i].level == level;
    return count;
}

static void print_text(const okta_findings *findings)
{
    const char *subject = "";
    size_t failures = okta_findings_count(findings, OKTA_LEVEL_FAILURE);
    size_t warnings = okta_findings_count(findings, OKTA_LEVEL_WARNING);

    for (size_t i = 0; i < findings->count; i++) {
        const okta_finding *one = &findings->items[i];

        if (strcmp(subject, one->subject) != 0)
            printf("%s%s\n", i ? "\n" : "", one->subject);
        subject = one->subject;
        printf("%-8s %-14s %s\n", level_names[one->level], one->check, one->detail);
        if (one->remedy[0])
            printf("%23s remedy: %s.\n", "", one->remedy);
    }
    if (failures || warnings)
        printf("\n%zu failure%s, %zu warning%s.\n", failures, failures == 1 ? "" : "s", warnings,
               warnings == 1 ? "" : "s");
    else
        puts("\nAll is well.");
}

static bool print_json(const okta_findings *findings)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < findings->count; i++) {
        const okta_finding *one = &findings->items[i];
        json_t *row = json_pack("{s:s, s:s, s:s, s:s}", "level", level_names[one->level], "subject",
                                one->subject, "check", one->check, "detail", one->detail);

        if (one->remedy[0])
            json_object_set_new(row, "remedy", json_string(one->remedy));
        json_array_append_new(rows, row);
    }
    return okta_print_json(json_pack(
        "{s:b, s:I, s:I, s:o}", "ok", okta_findings_count(findings, OKTA_LEVEL_FAILURE) == 0,
        "failures", (json_int_t)okta_findings_count(findings, OKTA_LEVEL_FAILURE), "warnings",
        (json_int_t)okta_findings_count(findings, OKTA_LEVEL_WARNING), "checks", rows));
}

bool okta_findings_print(const okta_findings *findings, bool json)
{
    if (findings->no_memory)
        return okta_complain("out of memory");
    if (json)
        return print_json(findings);
    print_text(findings);
    return true;
}

void okta_findings_clear(okta_findings *findings)
{
    free(findings->items);
    *findings = (okta_findings){.count = 0};
}
