/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/restart.h"

#include "httpd/log.h"

#include <http_core.h>

bool okta_is_restart(void)
{
    /* the first configuration that serves is the first generation */
    return ap_state_query(AP_SQ_MAIN_STATE) != AP_SQ_MS_CREATE_PRE_CONFIG &&
           ap_state_query(AP_SQ_CONFIG_GEN) > 1;
}

int okta_ends_a_start(server_rec *server, const char *consequence)
{
    if (!okta_is_restart())
        return HTTP_INTERNAL_SERVER_ERROR;
    ap_log_error(APLOG_MARK, APLOG_EMERG, 0, server,
                 OKTA_TAG_CONFIG "the restart goes on in spite of that: %s", consequence);
    return OK;
}
