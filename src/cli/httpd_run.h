/* SPDX-License-Identifier: Apache-2.0 */
/* `httpd -t -D DUMP_OKTA`, waited for. One thread. */
#ifndef OKTA_CLI_HTTPD_RUN_H
#define OKTA_CLI_HTTPD_RUN_H

#include "cli/options.h"

typedef struct okta_httpd {
    const char *config;      /* httpd.conf */
    const char *program;     /* NULL: httpd or apache2, by PATH and where they usually are */
    const char *server_root; /* -d; NULL: httpd's own */
    okta_list defines;       /* -D */
} okta_httpd;

typedef struct okta_run {
    char program[300];
    char *printed; /* standard output; terminated, as the next one */
    char *said;    /* standard error */
    int status;    /* 0: configtest takes the configuration */
} okta_run;

/* False after a complaint. okta_run_clear is due in every case. */
bool okta_httpd_run(const okta_httpd *httpd, okta_run *run);

void okta_run_clear(okta_run *run);

#endif
