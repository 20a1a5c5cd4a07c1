/* SPDX-License-Identifier: Apache-2.0 */
/* The same refusal a thousand times a second fills no disk: of each kind of line, and of each
 * virtual host, the first OKTA_FLOOD_BURST of a second are written, over all processes. The others
 * are counted, and one line says how many they were. */
#ifndef OKTA_HTTPD_FLOOD_H
#define OKTA_HTTPD_FLOOD_H

#include "core/reason.h"
#include "httpd/event.h"

#define OKTA_FLOOD_BURST 20

/* Whether a line of this event may be written; reason: of a refusal, else OKTA_UNSET. Writes the
 * line about those that were left out before. No lock, any thread of a child. */
bool okta_flood_admits(const server_rec *server, okta_event event, okta_reason reason);

/* In post_config: memory for all processes, and a watchdog that tells of what was left out when a
 * flood has ended. Without memory or mod_watchdog it goes on as well as it can. */
void okta_flood_prepare(apr_pool_t *pconf, server_rec *server);

/* What was left out is told when the process ends. */
void okta_flood_child_init(apr_pool_t *pchild);

#endif
