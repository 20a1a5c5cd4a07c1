/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/judge.h"

#include "httpd/closed.h"
#include "httpd/log.h"
#include "httpd/restart.h"

#include <apr_strings.h>
#include <http_core.h>

/* LogLevel hides neither the level emerg nor what belongs to no server. */
static const char *say(const okta_judge *judge, int level, const server_rec *server,
                       const char *format, va_list arguments)
{
    const char *text = apr_pvsprintf(judge->pool, format, arguments);

    ap_log_error(APLOG_MARK, level, 0, server, OKTA_TAG_CONFIG "%s", text);
    return text;
}

void okta_complain(okta_judge *judge, server_rec *server, const char *format, ...)
{
    va_list arguments;
    const char *text;

    va_start(arguments, format);
    text = say(judge, APLOG_EMERG, server, format, arguments);
    va_end(arguments);
    judge->faults++;
    judge->dealt_with++;
    if (!judge->shut)
        okta_close_place(server, judge->place, text);
}

int okta_verdict(okta_judge *judge)
{
    if (judge->faults > judge->dealt_with)
        okta_close_place(NULL, NULL, "what configtest says of the configuration");
    return judge->faults
               ? okta_ends_a_start(judge->main_server,
                                   "places at fault are closed (500) and issuers at fault "
                                   "have the keys that they had, until the configuration "
                                   "is mended and httpd restarted")
               : OK;
}

/* A start reads the configuration twice, configtest once. */
static bool is_rehearsal(void)
{
    return ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG &&
           ap_state_query(AP_SQ_RUN_MODE) != AP_SQ_RM_CONFIG_TEST;
}

void okta_caution(okta_judge *judge, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    if (!is_rehearsal())
        say(judge, APLOG_WARNING, NULL, format, arguments);
    va_end(arguments);
}

void okta_remark(okta_judge *judge, server_rec *server, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    if (!is_rehearsal())
        say(judge, APLOG_NOTICE, server, format, arguments);
    va_end(arguments);
}

const char *okta_place_of(okta_judge *judge, const ap_directive_t *node)
{
    return apr_psprintf(judge->pool, "%s:%d", node->filename, node->line_num);
}

const char *okta_section_name(okta_judge *judge, const ap_directive_t *section)
{
    return section ? apr_pstrcat(judge->pool, section->directive, " ", section->args, NULL)
                   : "the server";
}
