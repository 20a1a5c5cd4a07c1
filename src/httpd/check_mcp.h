/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OKTA_HTTPD_CHECK_MCP_H
#define OKTA_HTTPD_CHECK_MCP_H

#include "httpd/places.h"

/* What is said of MCP messages where none is read. */
void okta_check_mcp(const okta_places *places);

#endif
