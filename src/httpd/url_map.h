/* SPDX-License-Identifier: Apache-2.0 */
/* Where httpd looks for the file of a path, as far as the configuration alone tells. */
#ifndef OKTA_HTTPD_URL_MAP_H
#define OKTA_HTTPD_URL_MAP_H

#include "httpd/places.h"

/* The file or folder behind a place for requests of server, by Alias, ScriptAlias or DocumentRoot;
 * the DocumentRoot itself where the place's path is not known. NULL: none. From the judge's pool.
 */
const char *okta_file_behind(okta_judge *judge, const okta_place *place, const server_rec *server);

#endif
