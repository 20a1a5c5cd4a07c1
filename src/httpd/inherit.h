/* SPDX-License-Identifier: Apache-2.0 */
/* What a request has of the one that it came from: the verdict, and variables of claims. */
#ifndef OKTA_HTTPD_INHERIT_H
#define OKTA_HTTPD_INHERIT_H

#include <httpd.h>

/* fixups hook, before claims are exported: a subrequest to another place begins without the
 * variables of the main request's claims. */
int okta_inherit_no_variables(request_rec *r);

/* handler hook, before all but mod_cache's: a request that has become what a subrequest of it was
 * judged for has that verdict's user and headers; where OktaClaimEnv is Off no variables come from
 * elsewhere. */
int okta_inherit_verdict(request_rec *r);

/* log_transaction hook: the log looks at the last turn of the request, an ErrorDocument say, where
 * OKTA_REASON is another turn's. */
int okta_inherit_reason(request_rec *r);

#endif
