/* SPDX-License-Identifier: Apache-2.0 */
/* Whether httpd is starting or restarting: a fault stops a start, and only a start. */
#ifndef OKTA_HTTPD_RESTART_H
#define OKTA_HTTPD_RESTART_H

#include <httpd.h>
#include <stdbool.h>

/* A configuration is being read while requests of the previous one are, or were, served; httpd
 * would end if a hook refused it. False for configtest. Parent, while a configuration is read. */
bool okta_is_restart(void);

/* After a fault that has been logged: the status that ends a start. At a restart OK, and a line
 * that says what follows while httpd goes on. */
int okta_ends_a_start(server_rec *server, const char *consequence);

#endif
