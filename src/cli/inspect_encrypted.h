/* SPDX-License-Identifier: Apache-2.0 */
/* inspect: what an encrypted token shows without its key. One thread. */
#ifndef OKTA_CLI_INSPECT_ENCRYPTED_H
#define OKTA_CLI_INSPECT_ENCRYPTED_H

#include "cli/input.h"
#include "core/value.h"

/* Whether all of its five parts can be decoded. */
bool okta_is_whole_jwe(const okta_input *token);

/* Print header and parts of a token of five parts, whose header was read, as lines or as one JSON
 * object. False when out of memory. */
bool okta_inspect_encrypted(const okta_input *token, const okta_value *header, bool json);

#endif
