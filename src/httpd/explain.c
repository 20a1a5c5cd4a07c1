/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/explain.h"

#include "httpd/event.h"
#include "httpd/log.h"

#include <apr_strings.h>

static void write_step(request_rec *r, const char *check, bool passed, const char *detail)
{
    okta_json_line line;

    if (!okta_event_is_json(r->server)) {
        okta_event_write_text(r, r->server, OKTA_EVENT_STEP,
                              apr_psprintf(r->pool, "check=\"%s\" outcome=%s: %s", check,
                                           passed ? "pass" : "fail", detail));
        return;
    }
    okta_event_open(&line, OKTA_EVENT_STEP, detail);
    okta_json_line_word(&line, "event.outcome", passed ? "success" : "failure");
    okta_json_line_word(&line, "okta.check", check);
    okta_event_add_request(&line, r);
    okta_event_write_json(r, r->server, OKTA_EVENT_STEP, &line);
}

static void on_checked(void *baton, okta_check check, const okta_result *result)
{
    okta_explanation *explanation = baton;

    explanation->steps++;
    write_step(explanation->r, okta_check_name(check), result->reason == OKTA_OK, result->detail);
}

okta_explanation *okta_explain(okta_explanation *explanation, request_rec *r)
{
    if (!APLOGrdebug(r))
        return NULL;
    *explanation = (okta_explanation){.trace = {on_checked, explanation}, .r = r};
    return explanation;
}

void okta_explain_step(request_rec *r, const char *check, bool passed, const char *format, ...)
{
    char text[sizeof(((okta_result *)0)->detail)];
    va_list arguments;

    if (!APLOGrdebug(r))
        return;
    va_start(arguments, format);
    okta_text_vformat(text, sizeof(text), format, arguments);
    va_end(arguments);
    write_step(r, check, passed, text);
}
