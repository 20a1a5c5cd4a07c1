/* SPDX-License-Identifier: Apache-2.0 */
/* What people paste around a token. */
#ifndef OKTA_CLI_WRAPPING_H
#define OKTA_CLI_WRAPPING_H

#include <stddef.h>

/* What would have been right in place of a text that is no token, such as a whole header line: a
 * phrase to stand behind "give". NULL where nothing is around it that we know. Any thread. */
const char *okta_wrapping(const char *text, size_t length);

#endif
