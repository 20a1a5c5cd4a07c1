/* SPDX-License-Identifier: Apache-2.0 */
#include "entries.h"
#include "steps.h"
#include "unit.h"

#include <linux/futex.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A process writes an entry and is killed or stopped after any number of instructions. Others find
 * what was there whole or not at all, and nothing is lost.
 *
 * It is killed at each moment that makes a difference to anybody else: where the shared memory has
 * changed, or the list by which the kernel knows whose locks a thread has. With
 * OKTA_STRESS_SECONDS it is killed after each instruction, and in all scenes. */

#define NOW ((int64_t)1700000000)
#define PAGES 2u
#define ENTRIES (PAGES * OKTA_VERDICTS_PER_PAGE)
#define OLD 1u /* generations */
#define NEW 2u
#define HELD_MAX 48u
#define WRITTEN 1000u /* an id that is not there before */
#define MOMENTS_MAX 65536u
#define SECOND_DEATHS 3
/* A sanitizer makes each instruction many. It looks for other faults, for which some moments do. */
#ifdef __SANITIZE_ADDRESS__
#define STRIDE 16
#else
#define STRIDE 1
#endif

/* Entries 0, 2, 4 … are there and fill page 0 as far as they go; then one more is written. */
typedef struct scene {
    const char *name;
    unsigned int count;
    size_t length;
    bool earned;
    bool ended;
    unsigned int id;   /* that is written */
    size_t written;    /* its length */
    bool becomes;      /* earned */
    unsigned int most; /* that may be gone for it */
    bool brief;        /* in the short run as well */
} scene;

static const scene scenes[] = {
    {"into an empty page", 0, 0, true, false, WRITTEN, 100, true, 0, false},
    {"in place of two others", 43, 1030, true, false, WRITTEN, 300, true, 2, true},
    {"once more", HELD_MAX, 300, true, false, 14, 400, true, 1, false},
    {"in place of what has ended", HELD_MAX, 600, true, true, WRITTEN, 300, true, HELD_MAX, false},
    {"among those that were not earned", 16, 200, false, false, WRITTEN, 300, false, 1, false},
    {"after it was refused", 16, 200, false, false, 14, 300, true, 0, true},
};

static size_t table_size;
static char *image; /* of a table that nobody has touched since */

/* In memory that all processes share. */
typedef struct shared {
    unsigned int moments;
    uint64_t at[MOMENTS_MAX];
    uint64_t steps;
    char fault[200];
} shared;

static shared *seen;
static okta_verdicts *table;

/* What a child does; it has its own copy. */
static struct {
    entry it;
    okta_verdict_head head;
    unsigned char digest[OKTA_DIGEST_BYTES];
    void *bytes;
    const scene *at;
    char *before;
    uint64_t list[3], end;
    int signal;
} own;

static bool is_long(void)
{
    return getenv("OKTA_STRESS_SECONDS") != NULL;
}

static void *shared_memory(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    need(memory != MAP_FAILED, "memory");
    return memory;
}

static entry old_entry(const scene *at, unsigned int i)
{
    return (entry){.id = i * PAGES,
                   .generation = OLD,
                   .length = i == 0 ? 100 : at->length + i % 20,
                   .earned = at->earned,
                   .until = at->ended ? NOW : NOW + 1};
}

static entry new_entry(const scene *at)
{
    return (entry){.id = at->id,
                   .generation = NEW,
                   .length = at->written,
                   .earned = at->becomes,
                   .until = NOW + 1};
}

static void arrange(const scene *at)
{
    memset(table, 0, table_size);
    okta_verdicts_init(table, ENTRIES);
    for (unsigned int i = 0; i < at->count; i++) {
        entry old = old_entry(at, i);

        need(entry_put(table, &old, NOW - 1), "%s: entry %u", at->name, i);
    }
    own.at = at;
    own.it = new_entry(at);
    own.head = entry_head(&own.it);
    entry_digest(own.it.id, own.digest);
    free(own.bytes);
    own.bytes = entry_bytes(own.it.id, own.it.generation, own.it.length);
}

static void keep_image(void)
{
    memcpy(image, table, table_size);
}

static void write_it(void *baton)
{
    (void)baton;
    okta_verdicts_put(table, own.digest, NOW, &own.head, own.bytes, own.it.length);
}

/* "": sound; nothing is written, so anybody may ask at any moment. */
static const char *look(void)
{
    const scene *at = own.at;
    unsigned int gone = 0;
    okta_verdict_head head;
    void *found;

    for (unsigned int i = 0; i < at->count; i++) {
        const entry old = old_entry(at, i);
        bool whole;

        found = entry_find(table, old.id, NOW - 1, 0, &head);
        whole = found && (entry_is(&old, &head, found) ||
                          (old.id == at->id && entry_is(&own.it, &head, found)));
        free(found);
        if (found && !whole)
            return "another entry is torn";
        if (!found && old.id == at->id)
            return "what is written once more is not found";
        gone += !found;
    }
    if (gone > at->most)
        return "more are gone than it took";
    if (at->id < WRITTEN)
        return "";
    found = entry_find(table, at->id, NOW - 1, 0, &head);
    if (found && !entry_is(&own.it, &head, found)) {
        free(found);
        return "the new entry is torn";
    }
    free(found);
    return "";
}

static void read_list(uint64_t list[3])
{
    static struct robust_list_head *head;
    size_t size;

    if (!head)
        syscall(SYS_get_robust_list, 0, &head, &size);
    memcpy(list, head, sizeof(own.list));
}

static void note_difference(uint64_t step, void *baton)
{
    uint64_t list[3];

    (void)baton;
    read_list(list);
    seen->steps = step;
    if (memcmp(list, own.list, sizeof(list)) == 0 && memcmp(own.before, table, table_size) == 0)
        return;
    memcpy(own.list, list, sizeof(list));
    memcpy(own.before, table, table_size);
    if (seen->moments < MOMENTS_MAX)
        seen->at[seen->moments++] = step;
}

static void note_fault(uint64_t step, void *baton)
{
    const char *amiss = look();

    (void)baton;
    if (*amiss && !seen->fault[0])
        strcpy(seen->fault, amiss);
    seen->steps = step;
}

static void end_there(uint64_t step, void *baton)
{
    (void)baton;
    if (step == own.end)
        kill(getpid(), own.signal);
}

static pid_t fork_writer(void (*watch)(uint64_t, void *))
{
    pid_t pid = fork();

    need(pid >= 0, "fork");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        own.before = malloc(table_size);
        memcpy(own.before, table, table_size);
        read_list(own.list);
        steps_run(write_it, NULL, watch);
        _exit(0);
    }
    return pid;
}

static void run_writer(void (*watch)(uint64_t, void *))
{
    int status = -1;
    pid_t pid;

    memcpy(table, image, table_size);
    pid = fork_writer(watch);
    need(waitpid(pid, &status, 0) == pid && status == 0, "it ended with %x", (unsigned int)status);
}

/* The moments that make a difference, or all there are. */
static void find_moments(void)
{
    seen->moments = 0;
    run_writer(note_difference);
    if (is_long()) {
        need(seen->steps < MOMENTS_MAX, "%ju instructions", (uintmax_t)seen->steps);
        for (seen->moments = 0; seen->moments < seen->steps; seen->moments++)
            seen->at[seen->moments] = seen->moments + 1;
    }
    need(seen->moments > 20 && seen->moments < MOMENTS_MAX, "%u moments", seen->moments);
}

/* Up to that moment and no further; the status is WUNTRACED's. */
static pid_t write_until(unsigned int moment, int signal)
{
    int status = 0;
    pid_t pid;

    memcpy(table, image, table_size);
    own.end = seen->at[moment];
    own.signal = signal;
    pid = fork_writer(end_there);
    need(waitpid(pid, &status, WUNTRACED) == pid, "lost");
    need(signal == SIGSTOP ? WIFSTOPPED(status) : WIFSIGNALED(status) && WTERMSIG(status) == signal,
         "%s: no end at moment %u", own.at->name, moment);
    return pid;
}

static void expect_nothing_lost(unsigned int moment)
{
    entry next = {
        .id = 2 * WRITTEN, .generation = OLD, .length = 2000, .earned = true, .until = NOW + 1};
    const char *amiss;

    need(entry_put(table, &next, NOW), "%s, moment %u: it cannot be written", own.at->name, moment);
    amiss = entry_page_is_whole(table, 0, PAGES, NOW);
    need(!amiss, "%s, moment %u: %s", own.at->name, moment, amiss);
}

static void die_at_each_moment(void)
{
    for (unsigned int moment = 0; moment < seen->moments; moment += STRIDE) {
        const char *amiss;

        write_until(moment, SIGKILL);
        amiss = look();
        need(!*amiss, "%s, moment %u of %u: %s", own.at->name, moment, seen->moments, amiss);
        expect_nothing_lost(moment);
    }
}

static void prepare(void)
{
    if (!STEPS_WORK)
        skip();
    if (table)
        return;
    table_size = okta_verdicts_size(ENTRIES);
    table = shared_memory(table_size);
    seen = shared_memory(sizeof(*seen));
    image = keep(malloc(table_size));
}

rule(readers_find_all_whole_after_each_instruction_of_a_writer)
{
    prepare();
    for (size_t i = 0; i < COUNT_OF(scenes); i++) {
        arrange(&scenes[i]);
        keep_image();
        seen->fault[0] = '\0';
        seen->steps = 0;
        run_writer(note_fault);
        check(!seen->fault[0], "%s: %s", scenes[i].name, seen->fault);
        check(seen->steps > 200, "%s: %ju instructions", scenes[i].name, (uintmax_t)seen->steps);
    }
}

rule(one_that_is_killed_anywhere_tears_and_loses_nothing)
{
    prepare();
    for (size_t i = 0; i < COUNT_OF(scenes); i++) {
        if (!is_long() && !scenes[i].brief)
            continue;
        arrange(&scenes[i]);
        keep_image();
        find_moments();
        die_at_each_moment();
    }
}

/* The second one takes the lock from the first. */
rule(one_that_is_killed_where_another_died_tears_and_loses_nothing)
{
    const scene *at = &scenes[1];

    prepare();
    for (unsigned int first = 0; first < (is_long() ? SECOND_DEATHS : 1); first++) {
        arrange(at);
        keep_image();
        find_moments();
        write_until(seen->moments / 2 + first * seen->moments / 8, SIGKILL);
        keep_image();
        find_moments();
        die_at_each_moment();
    }
}

/* Readers go on, and writers of other pages; it goes on itself as if nothing had been. */
rule(one_that_is_stopped_anywhere_hinders_nobody_elsewhere)
{
    entry elsewhere = {.id = 1, .generation = OLD, .length = 500, .earned = true, .until = NOW + 1};

    prepare();
    arrange(&scenes[5]);
    keep_image();
    find_moments();
    for (unsigned int moment = 0; moment < seen->moments; moment += STRIDE) {
        pid_t pid = write_until(moment, SIGSTOP);
        const char *amiss = look();
        int status = -1;

        check(!*amiss, "%s, moment %u: %s", own.at->name, moment, amiss);
        check(entry_put(table, &elsewhere, NOW), "%s, moment %u: another page", own.at->name,
              moment);
        kill(pid, SIGCONT);
        need(waitpid(pid, &status, 0) == pid && status == 0, "it ended with %x",
             (unsigned int)status);
        amiss = look();
        check(!*amiss, "%s, moment %u: %s at the end", own.at->name, moment, amiss);
        expect_nothing_lost(moment);
    }
}
