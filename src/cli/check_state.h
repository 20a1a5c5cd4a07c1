/* SPDX-License-Identifier: Apache-2.0 */
/* check: the state directory of httpd, and the files in it. One thread. */
#ifndef OKTA_CLI_CHECK_STATE_H
#define OKTA_CLI_CHECK_STATE_H

#include "cli/findings.h"
#include "cli/setup.h"

void okta_check_state(okta_findings *findings, const okta_setup *setup);

#endif
