/* SPDX-License-Identifier: Apache-2.0 */
/* Runs httpd's configtest, and takes in the module's dump of the configuration. One thread. */
#ifndef OKTA_CLI_HTTPD_DUMP_H
#define OKTA_CLI_HTTPD_DUMP_H

#include "cli/findings.h"
#include "cli/httpd_run.h"
#include "cli/setup.h"

typedef enum okta_dumped {
    OKTA_DUMPED,        /* setup is what httpd would do */
    OKTA_DUMPED_FAULTS, /* configtest refuses the configuration; the findings say why */
    OKTA_DUMPED_NOT     /* httpd could not be run, after a complaint */
} okta_dumped;

/* Warnings of configtest are findings, too. */
okta_dumped okta_httpd_dump(const okta_httpd *httpd, okta_findings *findings, okta_setup *setup);

#endif
