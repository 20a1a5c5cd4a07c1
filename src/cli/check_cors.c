/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_cors.h"

#include "cli/answer.h"
#include "core/issuer.h"

#include <string.h>
#include <strings.h>

bool okta_check_origin(okta_findings *f, const char *origin)
{
    size_t length = okta_origin_length(origin);

    if (length && !origin[length] && okta_is_origin(origin, length))
        return true;
    okta_found(f, OKTA_LEVEL_FAILURE, "cors",
               "\"%s\" is no origin: no browser sends a path or a slash at the end", origin);
    if (length)
        okta_findings_remedy(f, "write scheme, host and port alone: %.*s", (int)length, origin);
    else
        okta_findings_remedy(f, "write scheme and host, as in https://app.example.com");
    return false;
}

/* Whether a list of names divided by commas has this one; case counts where it does for browsers.
 */
static bool lists(const char *list, const char *name, bool exact)
{
    size_t length = strlen(name);

    for (list += strspn(list, ", \t"); *list; list += strspn(list, ", \t")) {
        size_t word = strcspn(list, ", \t");

        if (word == length &&
            (exact ? strncmp(list, name, length) : strncasecmp(list, name, length)) == 0)
            return true;
        list += word;
    }
    return false;
}

/* The methods that need no permission (Fetch, CORS-safelisted). */
static bool is_simple(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 || strcmp(method, "POST") == 0;
}

static void judge(okta_findings *f, const okta_url_case *c, const okta_answer *answer)
{
    char allowed[300], methods[300], headers[300];

    okta_answer_field(answer, "Access-Control-Allow-Origin", allowed, sizeof(allowed));
    okta_answer_field(answer, "Access-Control-Allow-Methods", methods, sizeof(methods));
    okta_answer_field(answer, "Access-Control-Allow-Headers", headers, sizeof(headers));
    if (strcmp(allowed, c->origin) != 0 && strcmp(allowed, "*") != 0) {
        okta_found(f, OKTA_LEVEL_FAILURE, "cors",
                   "pages of %s may not call: the preflight is answered with %ld and %s%s",
                   c->origin, answer->status, allowed[0] ? "permits " : "permits no origin",
                   allowed);
        okta_findings_remedy(f,
                             "write OktaCorsOrigin %s into the section, and take CORS headers "
                             "out of the back end",
                             c->origin);
    } else if (answer->status == 401 && !is_simple(c->method)) {
        okta_found(f, OKTA_LEVEL_FAILURE, "cors", "the preflight for %s is refused", c->method);
        okta_findings_remedy(f, "permit the method: OktaCorsMethods %s", c->method);
    } else if (answer->status < 200 || answer->status > 299) {
        okta_found(f, OKTA_LEVEL_FAILURE, "cors",
                   "the preflight is answered with %ld, and browsers want 2xx", answer->status);
        okta_findings_remedy(f, "let mod_auth_okta answer OPTIONS: take other rules for it out");
    } else if (!lists(headers, "Authorization", false)) {
        okta_found(f, OKTA_LEVEL_FAILURE, "cors", "the preflight does not permit Authorization");
        okta_findings_remedy(f, "take CORS headers out of the back end and of mod_headers, and "
                                "leave them to OktaCorsOrigin");
    } else if (!is_simple(c->method) && !lists(methods, c->method, true) &&
               !lists(methods, "*", true)) {
        okta_found(f, OKTA_LEVEL_FAILURE, "cors", "the preflight does not permit %s", c->method);
        okta_findings_remedy(f, "permit the method: OktaCorsMethods %s", c->method);
    } else {
        okta_found(f, OKTA_LEVEL_OK, "cors", "pages of %s may call, with a token (%s)", c->origin,
                   c->method);
    }
}

void okta_check_cors(okta_findings *f, const okta_url_case *c)
{
    char origin[400], method[100];
    const char *lines[] = {origin, method, "Access-Control-Request-Headers: authorization"};
    okta_answer answer;

    if (!okta_check_origin(f, c->origin))
        return;
    okta_text_format(origin, sizeof(origin), "Origin: %s", c->origin);
    okta_text_format(method, sizeof(method), "Access-Control-Request-Method: %s", c->method);
    okta_answer_get(&answer, &c->network, c->url, "OPTIONS", (okta_strings){3, lines});
    if (answer.answered)
        judge(f, c, &answer);
    else {
        okta_found(f, OKTA_LEVEL_FAILURE, "cors", "no answer to the preflight: %s",
                   answer.error.text);
        okta_findings_remedy(f, "have what stands in front of httpd pass OPTIONS on");
    }
    okta_answer_clear(&answer);
}
