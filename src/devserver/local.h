/* SPDX-License-Identifier: Apache-2.0 */
/* Who may use what only tests and demos need: rotation and tokens made to order. */
#ifndef OKTA_DEVSERVER_LOCAL_H
#define OKTA_DEVSERVER_LOCAL_H

#include <httpd.h>
#include <stdbool.h>

/* True where the request comes from this machine, without a proxy in between, and is not one that
 * a foreign web page makes a browser on this machine send. */
bool okta_dev_is_local(const request_rec *r);

#endif
