/* SPDX-License-Identifier: Apache-2.0 */
/* One way to write to the error log: our own tags, no tokens. */
#ifndef OKTA_HTTPD_LOG_H
#define OKTA_HTTPD_LOG_H

#include "httpd/config.h"

#include <http_log.h>

APLOG_USE_MODULE(auth_okta);

#define OKTA_TAG_CONFIG "OKTA-CONFIG: "
#define OKTA_TAG_KEYS "OKTA-KEYS: "
#define OKTA_TAG_REVOKED "OKTA-REVOCATIONS: "
#define OKTA_TAG_ASKING "OKTA-INTROSPECTION: "
#define OKTA_TAG_SHARED "OKTA-SHARED: "
#define OKTA_TAG_REFUSED "OKTA-REFUSED: "
#define OKTA_TAG_REQUEST "OKTA-REQUEST: "
#define OKTA_TAG_ACCEPTED "OKTA-ACCEPTED: "
#define OKTA_TAG_STEP "OKTA-STEP: "

#endif
