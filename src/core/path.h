/* SPDX-License-Identifier: Apache-2.0 */
/* How a claim is named: by its name, by names with dots between them, or, where the path begins
 * with a slash, by a JSON Pointer (RFC 6901). */
#ifndef OKTA_CORE_PATH_H
#define OKTA_CORE_PATH_H

#include "core/text.h"
#include "core/value.h"

/* What the path names within root. Without a slash in front: the member of exactly that name, else
 * member by member at the dots. NULL when there is none, when null is there, or when the path is no
 * good. Borrowed from root. Any thread. */
const okta_value *okta_path_find(const okta_value *root, const char *path);

/* Whether the path can name anything: every "~" of a JSON Pointer stands before 0 or 1. False with
 * the fault and its remedy in error. Any thread. */
bool okta_path_check(const char *path, okta_error *error);

#endif
