/* SPDX-License-Identifier: Apache-2.0 */
/* The file that keeps a private key, for its owner alone. One thread. */
#ifndef OKTA_CLI_DPOP_FILE_H
#define OKTA_CLI_DPOP_FILE_H

#include "cli/dpop_key.h"

#define OKTA_DPOP_FILE_BYTES 1024

/* Where the key is that --dpop-key does not name: okta-token/dpop-key.pem in XDG_STATE_HOME, or in
 * .local/state of HOME. False, with the complaint made, where neither is set. */
bool okta_dpop_file_usual(char path[OKTA_DPOP_FILE_BYTES]);

/* The key in the file: path, or the usual one where that is NULL. A file that others may read is
 * refused. NULL after a complaint. The caller frees. */
okta_dpop_key *okta_dpop_file_read(const char *path);

/* The same; where there is no such file, a new key is made and written to it, mode 0600. Says so on
 * standard error, and where a key is that --dpop-key did not name. */
okta_dpop_key *okta_dpop_file_read_or_make(const char *path);

#endif
