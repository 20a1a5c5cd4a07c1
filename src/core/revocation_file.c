/* SPDX-License-Identifier: Apache-2.0 */
#include "core/revocation_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK 65536
/* FNV-1a: it tells states of a file apart, and nobody gains by two that have one name */
#define CONTENT_BEGIN UINT64_C(0xcbf29ce484222325)
#define CONTENT_PRIME UINT64_C(0x100000001b3)

static int64_t nanoseconds(const struct timespec *time)
{
    return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

okta_file_mark okta_file_mark_of(const struct stat *info)
{
    return (okta_file_mark){.device = (uint64_t)info->st_dev,
                            .inode = (uint64_t)info->st_ino,
                            .size = (int64_t)info->st_size,
                            .modified = nanoseconds(&info->st_mtim),
                            .changed = nanoseconds(&info->st_ctim)};
}

bool okta_file_mark_equals(const okta_file_mark *a, const okta_file_mark *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->modified == b->modified && a->changed == b->changed;
}

/* A line is put together here, with its end. */
typedef struct reader {
    const okta_revocation_walk *walk;
    okta_revocation_scan *scan;
    int64_t at; /* bytes before the next one */
    uint64_t content;
    size_t length;
    char line[OKTA_REVOCATION_LINE_MAX + 2];
} reader;

/* False: the walk ends here. */
static bool end_line(reader *r)
{
    static const char mark[] = "\xef\xbb\xbf";
    okta_revocation_scan *scan = r->scan;
    const size_t skip = scan->line == 0 && r->length >= 3 && memcmp(r->line, mark, 3) == 0 ? 3 : 0;
    okta_revocation found;

    scan->line++;
    if (r->length > skip && r->line[r->length - 1] == '\r')
        r->length--;
    scan->fault = okta_revocation_read(r->line + skip, r->length - skip, &found);
    r->length = 0;
    if (scan->fault != OKTA_LINE_GOOD)
        return false;
    if (found.kind == OKTA_REVOKES_COUNT)
        return true;
    if (scan->lines == OKTA_REVOCATIONS_MAX) {
        scan->fault = OKTA_LINE_MANY;
        return false;
    }
    scan->lines++;
    scan->kinds[found.kind]++;
    return !r->walk->line || r->walk->line(r->walk->baton, &found);
}

static void name_bytes(reader *r, const char *bytes, size_t length)
{
    uint64_t name = r->content;

    for (size_t i = 0; i < length; i++) {
        name = (name ^ (unsigned char)bytes[i]) * CONTENT_PRIME;
        if (++r->at == r->walk->prefix)
            r->scan->begin = name + (name == 0);
    }
    r->content = name;
}

/* Part of a line, or all of it. */
static bool take_bytes(reader *r, const char *bytes, size_t length)
{
    if (r->length + length >= sizeof(r->line)) {
        r->scan->line++;
        r->scan->fault = OKTA_LINE_LONG;
        return false;
    }
    memcpy(r->line + r->length, bytes, length);
    r->length += length;
    return true;
}

static bool take_chunk(reader *r, const char *bytes, size_t length)
{
    const char *end = bytes + length, *feed;

    name_bytes(r, bytes, length);
    for (; bytes < end; bytes = feed + 1) {
        feed = memchr(bytes, '\n', (size_t)(end - bytes));
        if (!take_bytes(r, bytes, (size_t)((feed ? feed : end) - bytes)))
            return false;
        if (!feed)
            return true;
        if (!end_line(r))
            return false;
    }
    return true;
}

static okta_walk_outcome walk_through(reader *r, int file, int64_t size)
{
    char chunk[CHUNK];

    for (int64_t left = size; left > 0;) {
        const size_t most = left < CHUNK ? (size_t)left : CHUNK;
        const ssize_t got = pread(file, chunk, most, (off_t)(size - left));

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? OKTA_WALK_UNREADABLE : OKTA_WALK_SHORT;
        r->scan->is_ended = chunk[got - 1] == '\n';
        if (!take_chunk(r, chunk, (size_t)got))
            return r->scan->fault ? OKTA_WALK_DONE : OKTA_WALK_GIVEN_UP;
        left -= got;
        if (r->walk->alive && !r->walk->alive(r->walk->baton))
            return OKTA_WALK_GIVEN_UP;
    }
    if (r->length > 0 && !end_line(r))
        return r->scan->fault ? OKTA_WALK_DONE : OKTA_WALK_GIVEN_UP;
    return OKTA_WALK_DONE;
}

okta_walk_outcome okta_revocation_file_walk(int file, int64_t size,
                                            const okta_revocation_walk *walk,
                                            okta_revocation_scan *scan)
{
    reader *r = calloc(1, sizeof(*r));
    okta_walk_outcome outcome;
    int error;

    *scan = (okta_revocation_scan){.is_ended = true};
    if (!r) {
        scan->fault = OKTA_LINE_NO_MEMORY;
        return OKTA_WALK_DONE;
    }
    r->walk = walk;
    r->scan = scan;
    r->content = CONTENT_BEGIN;
    outcome = walk_through(r, file, size);
    error = errno;
    scan->content = r->content + (r->content == 0);
    free(r);
    errno = error;
    return outcome;
}

int okta_revocation_file_open(const char *path, struct stat *info)
{
    /* nobody who waits behind a named pipe is waited for */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), error;

    if (file < 0)
        return -1;
    error = fstat(file, info) != 0 ? errno : S_ISREG(info->st_mode) ? 0 : EINVAL;
    if (error == 0)
        return file;
    close(file);
    errno = error;
    return -1;
}

typedef struct load {
    const okta_load_terms *terms;
    okta_revocations_draft draft;
    bool overfull; /* there was a line more than the first time */
} load;

static bool is_alive(void *baton)
{
    const load *l = baton;

    return !l->terms->alive || l->terms->alive(l->terms->baton);
}

static bool add_line(void *baton, const okta_revocation *line)
{
    load *l = baton;

    l->overfull = !okta_revocations_add(&l->draft, line);
    return !l->overfull;
}

static okta_load outcome_of(okta_walk_outcome outcome)
{
    return outcome == OKTA_WALK_SHORT        ? OKTA_LOAD_CHANGED
           : outcome == OKTA_WALK_UNREADABLE ? OKTA_LOAD_UNREADABLE
                                             : OKTA_LOAD_GIVEN_UP;
}

/* A second time, now that it is known how many lines there are, and that they are good. */
static okta_load publish(load *l, okta_revocations *list, int file, const struct stat *info,
                         const okta_revocation_scan *scan)
{
    const okta_revocation_walk walk = {.line = add_line, .alive = is_alive, .baton = l};
    okta_revocations_facts facts = {
        .content = scan->content, .loaded_at = l->terms->now, .file = okta_file_mark_of(info)};
    okta_revocation_scan again;
    okta_walk_outcome outcome;

    if (!okta_revocations_begin(list, scan->lines, &l->draft))
        return OKTA_LOAD_BUSY;
    outcome = okta_revocation_file_walk(file, (int64_t)info->st_size, &walk, &again);
    if (outcome != OKTA_WALK_DONE || again.content != scan->content) {
        okta_revocations_drop(&l->draft);
        return outcome == OKTA_WALK_DONE || l->overfull ? OKTA_LOAD_CHANGED : outcome_of(outcome);
    }
    return okta_revocations_publish(&l->draft, &facts) ? OKTA_LOAD_PUBLISHED : OKTA_LOAD_BUSY;
}

okta_load okta_revocations_load(okta_revocations *list, int file, const struct stat *info,
                                const okta_load_terms *terms, okta_revocation_scan *scan)
{
    load l = {.terms = terms};
    const okta_revocation_walk walk = {.alive = is_alive, .baton = &l, .prefix = terms->known};
    const okta_walk_outcome outcome =
        okta_revocation_file_walk(file, (int64_t)info->st_size, &walk, scan);
    okta_revocations_facts current = {.content = 0};

    if (outcome != OKTA_WALK_DONE)
        return outcome_of(outcome);
    if (scan->fault == OKTA_LINE_NO_MEMORY) {
        errno = ENOMEM;
        return OKTA_LOAD_UNREADABLE;
    }
    if (okta_revocations_facts_of(list, &current) && scan->fault == OKTA_LINE_GOOD &&
        current.content == scan->content)
        return OKTA_LOAD_SAME;
    if (terms->only_grown && !(scan->is_ended && scan->begin && scan->begin == current.content))
        return OKTA_LOAD_NOT_YET;
    if (scan->fault != OKTA_LINE_GOOD)
        return OKTA_LOAD_FAULT;
    return publish(&l, list, file, info, scan);
}
