/* SPDX-License-Identifier: Apache-2.0 */
#include "core/file_watch.h"

static void note_change(okta_file_watch *watch, const okta_file_mark *mark, int64_t now)
{
    if (watch->is_pending && okta_file_mark_equals(mark, &watch->seen))
        return;
    if (!watch->is_pending)
        watch->pending_since = now;
    watch->is_pending = true;
    watch->has_tried = false;
    watch->quiet_since = now;
    watch->seen = *mark;
}

static bool may_have_grown(const okta_file_watch *watch, const okta_file_mark *mark)
{
    return watch->has_judged && !watch->has_tried && mark->device == watch->judged.device &&
           mark->inode == watch->judged.inode && mark->size > watch->judged.size;
}

okta_file_step okta_file_watch_look(okta_file_watch *watch, const okta_file_mark *mark, int64_t now)
{
    if (watch->has_judged && okta_file_mark_equals(mark, &watch->judged)) {
        watch->is_pending = false;
        watch->is_checking = watch->again_at && now >= watch->again_at;
        return watch->is_checking ? OKTA_FILE_READ : OKTA_FILE_REST;
    }
    watch->is_checking = false;
    note_change(watch, mark, now);
    if (now - watch->quiet_since >= OKTA_WATCH_QUIET ||
        now - watch->pending_since >= OKTA_WATCH_LONGEST)
        return OKTA_FILE_READ;
    if (!may_have_grown(watch, mark))
        return OKTA_FILE_REST;
    watch->has_tried = true;
    return OKTA_FILE_READ_GROWN;
}

void okta_file_watch_judged(okta_file_watch *watch, const okta_file_mark *mark, int64_t written,
                            int64_t now)
{
    watch->judged = *mark;
    watch->has_judged = true;
    watch->is_pending = false;
    /* once, also where it was written in the future because a clock was set */
    watch->again_at =
        written < OKTA_WATCH_GRAIN && !watch->is_checking ? now + OKTA_WATCH_GRAIN : 0;
    watch->is_checking = false;
}
