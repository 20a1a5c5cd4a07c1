/* SPDX-License-Identifier: Apache-2.0 */
/* A list of OktaRevocations on this side of the server. One thread. */
#ifndef OKTA_CLI_REVOCATION_LIST_H
#define OKTA_CLI_REVOCATION_LIST_H

#include "core/revocation_file.h"
#include "core/text.h"

/* Read the file. False, with the complaint made, where it cannot be read or has a fault. Otherwise
 * okta_revocation_list_free is due. */
bool okta_revocation_list_read(okta_revocations **list, const char *path);

/* The same without a complaint: what is wrong, in error, as a predicate such as "cannot be read: No
 * such file or directory". scan: what is in it, as far as it was read. */
bool okta_revocation_list_try(okta_revocations **list, const char *path, okta_revocation_scan *scan,
                              okta_error *error);

/* NULL: nothing. */
void okta_revocation_list_free(okta_revocations *list);

#endif
