/* SPDX-License-Identifier: Apache-2.0 */
/* How the judgment on a configuration speaks. */
#ifndef OKTA_HTTPD_JUDGE_H
#define OKTA_HTTPD_JUDGE_H

#include <httpd.h>

#include <http_config.h>
#include <stdbool.h>

/* On the stack of the check_config hook. */
typedef struct okta_judge {
    apr_pool_t *pool; /* temporary */
    server_rec *main_server;
    const ap_directive_t *place; /* the section that is judged; a restart closes it over a fault */
    bool shut;                   /* such a fault lets nobody in: requests get 500 or 503 as it is */
    int faults;
    int dealt_with; /* faults that let nobody in, or no more */
} okta_judge;

/* What cannot work: httpd does not start. Printed on the terminal by configtest, whatever LogLevel
 * says. */
void okta_complain(okta_judge *judge, server_rec *server, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The result of the hook: faults end a start; a restart goes on with the places at fault closed. */
int okta_verdict(okta_judge *judge);

/* What works but is hardly meant: printed like a fault, and httpd starts. Once for each start. */
void okta_caution(okta_judge *judge, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What has no effect. */
void okta_remark(okta_judge *judge, server_rec *server, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* `file:line`, from the judge's pool. */
const char *okta_place_of(okta_judge *judge, const ap_directive_t *node);

/* `<Location "/api">`; "the server" for NULL. */
const char *okta_section_name(okta_judge *judge, const ap_directive_t *section);

#endif
