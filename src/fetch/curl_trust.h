/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a transfer trusts, written down for libcurl in full. */
#ifndef OKTA_FETCH_CURL_TRUST_H
#define OKTA_FETCH_CURL_TRUST_H

#include "fetch/fetch.h"

#include <curl/curl.h>

/* For CURLOPT_CAPATH: a directory that has nothing in it, and never will. NULL will not do: libcurl
 * 8.21 and later takes its default, the system's authorities, for it. */
#define OKTA_NO_AUTHORITIES "/dev/null"

/* Set every option that decides who is believed, also those whose default would do: defaults differ
 * between builds and releases of libcurl, and some come from the environment. False, with the
 * cause, when an option is refused; the transfer must not begin then. */
bool okta_curl_trust(CURL *easy, const okta_fetch_settings *settings, okta_error *error);

#endif
