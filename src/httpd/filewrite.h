/* SPDX-License-Identifier: Apache-2.0 */
/* Replacing a file without waiting for the disk, for a lock, or for whoever is slow. */
#ifndef OKTA_HTTPD_FILEWRITE_H
#define OKTA_HTTPD_FILEWRITE_H

#include <stdbool.h>
#include <stdint.h>

/* One replacement, on a thread of its own. */
typedef struct okta_filewrite okta_filewrite;

/* False: so many are under way that another one can wait. */
bool okta_filewrite_has_room(void);

/* Begin to replace `path` by a file that holds text, in one step: a reader sees the old one or the
 * new one. `fresh` is the name that it has until then. The directory is locked meanwhile (flock);
 * when somebody else holds that lock for longer than a moment, the fault is EBUSY. Takes over
 * text (malloc), copies the names. NULL, with an errno in *fault, when it cannot begin. */
okta_filewrite *okta_filewrite_begin(const char *directory, const char *path, const char *fresh,
                                     char *text, int *fault);

/* Whether there is an outcome. Changes nothing. */
bool okta_filewrite_is_done(const okta_filewrite *write);

/* Whether it has ended; then it is freed, and *fault is 0 or an errno. The thread that began it. */
bool okta_filewrite_ended(okta_filewrite *write, int *fault);

/* When it began, by okta_monotonic. */
int64_t okta_filewrite_began_at(const okta_filewrite *write);

#endif
