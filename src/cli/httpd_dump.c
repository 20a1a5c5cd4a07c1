/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/httpd_dump.h"

#include <stdlib.h>
#include <string.h>

#define TAG "OKTA-CONFIG: "

/* What the module says has the remedy behind a semicolon. */
static void say(okta_findings *f, okta_level level, const char *text, size_t length)
{
    const char *cut = memmem(text, length, "; ", 2);
    const char *remedy = cut ? cut + 2 : "correct that line";
    size_t rest = cut ? length - (size_t)(remedy - text) : strlen(remedy);

    okta_found(f, level, "configuration", "%.*s", (int)(cut ? (size_t)(cut - text) : length), text);
    okta_findings_remedy(f, "%.*s", (int)rest, remedy);
}

/* A line that httpd itself wrote and that names a fault; where what it says begins. */
static const char *fault_in(const char *line, size_t length)
{
    static const char *const levels[] = {":error]", ":crit]", ":alert]", ":emerg]"};
    static const char syntax[] = "Syntax error on line";
    const char *found = memmem(line, length, syntax, sizeof(syntax) - 1);

    for (size_t i = 0; !found && i < sizeof(levels) / sizeof(levels[0]); i++)
        if (memmem(line, length, levels[i], strlen(levels[i])))
            found = line;
    if (!found && memmem(line, length, "httpd: ", 7) == line)
        found = line;
    return found;
}

static size_t length_of_line(const char *line)
{
    return strcspn(line, "\r\n");
}

static const char *next_line(const char *line)
{
    line += strcspn(line, "\n");
    return *line ? line + 1 : line;
}

/* httpd puts the place on one line, and what is wrong there on the next one. */
static void say_fault(okta_findings *f, const char *line, const char *end)
{
    const char *next = next_line(end);
    size_t length = length_of_line(next);
    char place[300];

    if (line[length_of_line(line) - 1] != ':' || length == 0) {
        say(f, OKTA_LEVEL_FAILURE, line, length_of_line(line));
        return;
    }
    okta_text_format(place, sizeof(place), "%.*s", (int)length_of_line(line), line);
    say(f, OKTA_LEVEL_FAILURE, next, length);
    {
        okta_finding *last = &f->items[f->count - 1];
        char whole[sizeof(last->detail)];

        okta_text_format(whole, sizeof(whole), "%s %s", place, last->detail);
        memcpy(last->detail, whole, sizeof(whole));
    }
}

static void relay(okta_findings *f, const char *said, bool refused)
{
    for (const char *line = said; *line; line = next_line(line)) {
        size_t length = length_of_line(line);
        const char *ours = memmem(line, length, TAG, sizeof(TAG) - 1);
        const char *fault = refused && !ours ? fault_in(line, length) : NULL;

        if (ours) {
            bool serious = memmem(line, length, ":emerg]", 7) || memmem(line, length, ":error]", 7);

            ours += sizeof(TAG) - 1;
            say(f, serious ? OKTA_LEVEL_FAILURE : OKTA_LEVEL_WARNING, ours,
                length - (size_t)(ours - line));
        } else if (fault) {
            say_fault(f, fault, line);
        }
    }
}

static bool read_dump(okta_setup *setup, const char *dump)
{
    static const char start[] = "{\"okta\":";

    for (const char *line = dump; *line; line = next_line(line))
        if (strncmp(line, start, sizeof(start) - 1) == 0 &&
            !okta_setup_read(setup, line, length_of_line(line)))
            return false;
    return true;
}

static okta_dumped judge(okta_findings *f, okta_setup *setup, const okta_httpd *httpd,
                         const okta_run *run)
{
    size_t before = f->count;

    okta_findings_about(f, "configuration %s", httpd->config);
    relay(f, run->said, run->status != 0);
    if (run->status != 0) {
        if (okta_findings_count(f, OKTA_LEVEL_FAILURE) == 0) {
            okta_found(f, OKTA_LEVEL_FAILURE, "configuration",
                       "configtest refuses it (%s, status %d)", run->program, run->status);
            okta_findings_remedy(f, "run apachectl configtest and mend what it says");
        }
        return OKTA_DUMPED_FAULTS;
    }
    if (!read_dump(setup, run->printed))
        return OKTA_DUMPED_NOT;
    if (setup->line_count == 0) {
        okta_found(f, OKTA_LEVEL_FAILURE, "configuration", "mod_auth_okta is not loaded in it");
        okta_findings_remedy(f, "load the module (a2enmod auth_okta, or LoadModule "
                                "auth_okta_module), in the same version as this program");
        return OKTA_DUMPED_FAULTS;
    }
    if (f->count == before)
        okta_found(f, OKTA_LEVEL_OK, "configuration", "configtest takes it, without a warning");
    return OKTA_DUMPED;
}

okta_dumped okta_httpd_dump(const okta_httpd *httpd, okta_findings *f, okta_setup *setup)
{
    okta_dumped result = OKTA_DUMPED_NOT;
    okta_run run;

    if (okta_httpd_run(httpd, &run))
        result = judge(f, setup, httpd, &run);
    okta_run_clear(&run);
    return result;
}
