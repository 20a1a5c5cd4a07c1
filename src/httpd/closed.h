/* SPDX-License-Identifier: Apache-2.0 */
/* Places that a restart cannot take as they are configured. A start would end over them; a restart
 * goes on, and they answer 500 until another restart finds them mended. */
#ifndef OKTA_HTTPD_CLOSED_H
#define OKTA_HTTPD_CLOSED_H

#include "httpd/config.h"

/* Parent, check_config: close a section of a server, or with a NULL section the whole server; with
 * a NULL server all there is. Nothing happens at a start. fault: text for the log, copied. */
void okta_close_place(const server_rec *server, const ap_directive_t *section, const char *fault);

/* check_access_ex, before all others: 500 for a request to a closed place. */
int okta_refuse_closed(request_rec *r);

#endif
