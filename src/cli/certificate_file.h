/* SPDX-License-Identifier: Apache-2.0 */
/* A client certificate from a file, for tokens that are bound to one. One thread. */
#ifndef OKTA_CLI_CERTIFICATE_FILE_H
#define OKTA_CLI_CERTIFICATE_FILE_H

#include "core/thumbprint.h"

#include <stdbool.h>

/* The thumbprint of the first certificate of a PEM file, whatever else (a key, a chain) is in it.
 * False, with the complaint made, where there is none. */
bool okta_certificate_file_read(const char *path, char thumbprint[OKTA_THUMBPRINT_LENGTH + 1]);

#endif
