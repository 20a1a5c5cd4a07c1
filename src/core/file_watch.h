/* SPDX-License-Identifier: Apache-2.0 */
/* When a file that is looked at again and again has to be read. It is written by people and
 * programs that know nothing of us: renamed into its place, edited in place, emptied and filled, or
 * appended to. So a change is read when it has been quiet for a moment, at once where the file has
 * only grown by whole lines, and after a second in any case. */
#ifndef OKTA_CORE_FILE_WATCH_H
#define OKTA_CORE_FILE_WATCH_H

#include "core/revocation_file.h"

/* Microseconds. A file that was changed just before it was read may have changed since within one
 * tick of its file system's clock, and is read once more. */
#define OKTA_WATCH_QUIET 500000
#define OKTA_WATCH_LONGEST 1000000
#define OKTA_WATCH_GRAIN 2100000

/* Of one thread. All zero at first. */
typedef struct okta_file_watch {
    okta_file_mark judged, seen;
    bool has_judged;       /* whatever came of it */
    bool is_pending;       /* it is not as it was judged */
    bool has_tried;        /* whether it has only grown, as it is now */
    bool is_checking;      /* it is read once more */
    int64_t pending_since; /* by okta_monotonic, as all times */
    int64_t quiet_since;
    int64_t again_at; /* 0: never */
} okta_file_watch;

typedef enum okta_file_step {
    OKTA_FILE_REST,
    OKTA_FILE_READ,
    OKTA_FILE_READ_GROWN /* and take it only if it has only grown */
} okta_file_step;

/* What to do now that the file is so. */
okta_file_step okta_file_watch_look(okta_file_watch *watch, const okta_file_mark *mark,
                                    int64_t now);

/* It was read as it was at mark. written: how long ago it was changed then, microseconds. */
void okta_file_watch_judged(okta_file_watch *watch, const okta_file_mark *mark, int64_t written,
                            int64_t now);

#endif
