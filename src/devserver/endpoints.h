/* SPDX-License-Identifier: Apache-2.0 */
/* From a request's path to an endpoint of the authorization server. */
#ifndef OKTA_DEVSERVER_ENDPOINTS_H
#define OKTA_DEVSERVER_ENDPOINTS_H

#include "devserver/config.h"

/* Answers a request to the handler. Returns what the handler has to return to httpd. */
int okta_dev_endpoints_answer(request_rec *r, const okta_dev_config *cfg);

#endif
