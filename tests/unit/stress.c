/* SPDX-License-Identifier: Apache-2.0 */
#include "stress.h"

#include "core/token_cache.h"
#include "entries.h"
#include "world.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* One that is stopped has the locks of STRESS_THREADS pages at most: others stay writable. */
#define PAGES (STRESS_THREADS + 2)
#define WORKERS (STRESS_PROCESSES * STRESS_THREADS)
#define RAW 320   /* ids below are raw entries, the others tokens */
#define TOKENS 64 /* ids from RAW on */
#define VERSIONS 4
#define AGES 3 /* generations that are in force at one time */
#define FIRST_AGE 10
#define PATIENCE 60 /* seconds until "nobody goes on" is a fault */

/* Each is written by one thread. They outlive its process. */
typedef struct worker {
    struct stress *all;
    pthread_t thread;
    uint64_t random, limit;
    _Atomic uint64_t done, finds, hits, claims, refusals, puts, kept;
    atomic_bool in_put;
} worker;

/* In memory that all processes share. */
typedef struct stress {
    okta_verdicts *table;
    okta_claims *const (*claims)[VERSIONS];
    _Atomic uint32_t age; /* the newest generation, and the seconds since NOW */
    atomic_bool stop, faulty;
    char fault[256];
    _Atomic uint64_t recoveries;
    worker workers[WORKERS];
} stress;

static stress *running;

int __real_pthread_mutex_consistent(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_consistent(pthread_mutex_t *mutex);

/* The linker brings the table's calls here. */
int __wrap_pthread_mutex_consistent(pthread_mutex_t *mutex)
{
    atomic_fetch_add(&running->recoveries, 1);
    return __real_pthread_mutex_consistent(mutex);
}

__attribute__((format(printf, 2, 3))) static void fault(stress *all, const char *format, ...)
{
    va_list arguments;

    if (!atomic_exchange(&all->faulty, true)) {
        va_start(arguments, format);
        vsnprintf(all->fault, sizeof(all->fault), format, arguments);
        va_end(arguments);
    }
    atomic_store(&all->stop, true);
}

static uint64_t next_random(worker *self)
{
    return self->random = entry_random(self->random);
}

/* What may be under a raw entry's id: it follows from its generation. */
static entry raw_entry(unsigned int id, uint32_t generation)
{
    uint64_t r = entry_random((uint64_t)generation << 32 | id);
    bool earned = id % 4 != 0 || r >> 60 == 0;
    size_t most = r % 16 == 0 ? 40000 : r % 16 < 4 ? 6000 : 1500;

    if (most > okta_verdicts_longest(earned))
        most = okta_verdicts_longest(earned);
    return (entry){.id = id,
                   .generation = generation,
                   .length = 1 + (size_t)(r >> 8 & 0xffff) % most,
                   .earned = earned,
                   .until = NOW + generation + 1 + (int64_t)(r >> 32 & 7)};
}

static void find_raw(worker *self, unsigned int id, uint32_t age)
{
    uint32_t oldest = age - AGES + 1;
    okta_verdict_head head;
    void *found = entry_find(self->all->table, id, NOW + age, oldest, &head);
    entry expected;

    self->finds++;
    if (!found)
        return;
    expected = raw_entry(id, head.generation);
    if (!entry_is(&expected, &head, found))
        fault(self->all, "entry %u of generation %u is torn", id, head.generation);
    if (head.until <= NOW + age || head.generation < oldest)
        fault(self->all, "entry %u of generation %u has ended", id, head.generation);
    self->hits++;
    free(found);
}

/* Time passes with what is kept, so that entries are found before they end however slow it goes. */
static void put_raw(worker *self, unsigned int id, uint32_t generation, uint32_t age)
{
    const entry it = raw_entry(id, generation);
    bool kept;

    atomic_store(&self->in_put, true);
    kept = entry_put(self->all->table, &it, NOW + age);
    atomic_store(&self->in_put, false);
    self->puts++;
    self->kept += kept;
    if (kept && next_random(self) % 64 == 0)
        atomic_store(&self->all->age, okta_verdicts_next_generation(self->all->table));
}

static bool is_refused(unsigned int id, uint32_t generation)
{
    return entry_random((uint64_t)id << 32 | generation) % 4 == 0;
}

static size_t pad_length(unsigned int id, unsigned int version)
{
    return (size_t)(entry_random(id * VERSIONS + version) % (version == 0 ? 12000 : 1200));
}

static size_t note_length(unsigned int id, uint32_t generation)
{
    return entry_random((uint64_t)id << 32 | generation) >> 32 & 511;
}

static okta_claims *make_claims(unsigned int id, unsigned int version)
{
    char *pad = repeat("p", pad_length(id, version));
    char *json =
        payload(text("\"exp\":%lld,\"sub\":\"%u of %u\",\"pad\":[\"%s\"]",
                     (long long)NOW + 1000000000 + id * VERSIONS + version, id, version, pad));
    okta_result result;
    okta_claims *made = world_claims(json, OKTA_TYPE_ABSENT, &result);

    need(made, "%s", result.detail);
    return made;
}

static bool claims_are_of(const okta_claims *claims, unsigned int id, uint32_t generation)
{
    unsigned int version = generation % VERSIONS;
    const okta_value *sub = okta_claims_get(claims, "sub"), *pad = okta_claims_get(claims, "pad");
    size_t length = pad_length(id, version), note = note_length(id, generation);
    char expected[64];

    snprintf(expected, sizeof(expected), "%u of %u", id, version);
    return sub && strcmp(sub->as.string, expected) == 0 && pad && pad->length == 1 &&
           strlen(pad->as.children[0].as.string) == length &&
           strspn(pad->as.children[0].as.string, "p") == length &&
           okta_claims_times(claims)->exp == NOW + 1000000000 + id * VERSIONS + version &&
           (note == 0 || entry_has_bytes(id, generation, note, okta_claims_note(claims)));
}

static okta_result refusal_of(unsigned int id, uint32_t generation)
{
    okta_result made;

    okta_result_init(&made);
    okta_result_set(&made, OKTA_SIGNATURE_INVALID, "%u of %u and again %u of %u", id, generation,
                    id, generation);
    snprintf(made.kid, sizeof(made.kid), "%u of %u", id, generation);
    return made;
}

static void check_token(worker *self, unsigned int id, const okta_seen *seen,
                        const okta_claims *claims, const okta_result *refusal)
{
    const okta_result expected = refusal_of(id, seen->generation);

    if (is_refused(id, seen->generation) != !claims || seen->source != (uint16_t)id)
        fault(self->all, "token %u of generation %u is another's", id, seen->generation);
    else if (claims && !claims_are_of(claims, id, seen->generation))
        fault(self->all, "claims %u of generation %u are torn", id, seen->generation);
    else if (!claims && (strcmp(refusal->detail, expected.detail) != 0 ||
                         strcmp(refusal->kid, expected.kid) != 0))
        fault(self->all, "refusal %u of generation %u is torn", id, seen->generation);
    else if (claims)
        self->claims++;
    else
        self->refusals++;
}

static void find_token(worker *self, unsigned int id, uint32_t age)
{
    entry_search search;
    const okta_verdicts_caller caller = entry_caller(&search, age - AGES + 1);
    okta_seen seen = {.kind = OKTA_VERDICT_ON_TOKEN};
    okta_claims *claims = NULL;
    okta_result refusal;

    entry_digest(id, seen.digest);
    okta_result_init(&refusal);
    self->finds++;
    if (okta_token_cache_find(self->all->table, &seen, NOW + age, &caller, &claims, &refusal)) {
        self->hits++;
        check_token(self, id, &seen, claims, &refusal);
    }
    free(search.block);
}

static void put_token(worker *self, unsigned int id, uint32_t generation, uint32_t age)
{
    okta_seen seen = {.generation = generation, .source = (uint16_t)id};
    const okta_result refusal = refusal_of(id, generation);
    size_t size = note_length(id, generation);
    void *note = size > 0 ? entry_bytes(id, generation, size) : NULL;

    entry_digest(id, seen.digest);
    atomic_store(&self->in_put, true);
    if (is_refused(id, generation))
        okta_token_cache_refuse(self->all->table, &seen, NOW + age, &refusal);
    else
        okta_token_cache_accept(self->all->table, &seen, NOW + age,
                                self->all->claims[id - RAW][generation % VERSIONS], note, size);
    atomic_store(&self->in_put, false);
    self->puts++;
    free(note);
}

static void act(worker *self)
{
    uint64_t r = next_random(self);
    uint32_t age = atomic_load(&self->all->age);
    unsigned int id = (unsigned int)(r >> 32) % (RAW + TOKENS);
    uint32_t generation = age - (uint32_t)(r >> 16 & 0xff) % AGES;
    bool finds = r % 8 < 5;

    if (id < RAW)
        finds ? find_raw(self, id, age) : put_raw(self, id, generation, age);
    else
        finds ? find_token(self, id, age) : put_token(self, id, generation, age);
    self->done++;
}

static void *work(void *baton)
{
    worker *self = baton;

    while (!atomic_load(&self->all->stop) && self->done < self->limit)
        act(self);
    return NULL;
}

static void start_threads(stress *all, unsigned int first, unsigned int count)
{
    for (unsigned int i = first; i < first + count; i++)
        if (pthread_create(&all->workers[i].thread, NULL, work, &all->workers[i]) != 0)
            abort();
}

static void join_threads(stress *all, unsigned int first, unsigned int count)
{
    for (unsigned int i = first; i < first + count; i++)
        pthread_join(all->workers[i].thread, NULL);
}

static pid_t fork_process(stress *all, unsigned int number)
{
    unsigned int first = number * STRESS_THREADS;
    pid_t parent = getpid(), pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
        start_threads(all, first, STRESS_THREADS);
        join_threads(all, first, STRESS_THREADS);
        _exit(0);
    }
    if (pid < 0)
        abort();
    return pid;
}

static stress *set_up(uint64_t limit)
{
    static okta_claims *claims[TOKENS][VERSIONS];
    uint32_t entries = PAGES * OKTA_VERDICTS_PER_PAGE;
    size_t own = (sizeof(stress) + 4095) / 4096 * 4096;
    char *memory = mmap(NULL, own + okta_verdicts_size(entries), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    stress *all = (stress *)(void *)memory;

    need(memory != MAP_FAILED, "memory");
    for (unsigned int i = 0; i < TOKENS && !claims[i][0]; i++)
        for (unsigned int version = 0; version < VERSIONS; version++)
            claims[i][version] = make_claims(RAW + i, version);
    all->claims = (okta_claims *const(*)[VERSIONS])claims;
    all->table = okta_verdicts_init(memory + own, entries);
    all->age = FIRST_AGE;
    okta_verdicts_skip_generation(all->table, FIRST_AGE);
    for (unsigned int i = 0; i < WORKERS; i++) {
        all->workers[i].all = all;
        all->workers[i].random = (uint64_t)time(NULL) << 8 | i;
        all->workers[i].limit = limit;
    }
    return running = all;
}

static stress_figures sum(const stress *all)
{
    stress_figures sums = {.recoveries = all->recoveries};

    for (unsigned int i = 0; i < WORKERS; i++) {
        const worker *each = &all->workers[i];

        sums.finds += each->finds;
        sums.hits += each->hits;
        sums.claims += each->claims;
        sums.refusals += each->refusals;
        sums.puts += each->puts;
        sums.kept += each->kept;
    }
    return sums;
}

static void hold_the_pages_to_it(stress *all)
{
    for (unsigned int page = 0; page < PAGES; page++) {
        const char *amiss = entry_page_is_whole(all->table, page, PAGES, NOW + all->age);

        if (amiss)
            fault(all, "page %u: %s", page, amiss);
    }
}

static stress_figures tear_down(stress *all, stress_figures figures)
{
    memcpy(figures.fault, all->fault, sizeof(figures.fault));
    running = NULL;
    return figures;
}

static void pause_for(long microseconds)
{
    const struct timespec pause = {0, microseconds * 1000};

    nanosleep(&pause, NULL);
}

/* While some are stopped the others find, and write other pages. */
static void see_others_go_on(stress *all)
{
    stress_figures before = sum(all), after;
    time_t end = time(NULL) + PATIENCE;

    do {
        pause_for(500);
        after = sum(all);
        if (time(NULL) > end)
            fault(all, "others wait for one that is stopped");
        if (waitpid(-1, NULL, WNOHANG) > 0)
            fault(all, "a process ended by itself");
    } while (!atomic_load(&all->stop) &&
             (after.hits < before.hits + 100 || after.kept < before.kept + 20));
}

static void end_process(stress *all, pid_t pid, int signal, stress_figures *figures,
                        unsigned int number)
{
    int status = 0;

    if (signal != 0)
        kill(pid, signal);
    if (waitpid(pid, &status, 0) != pid)
        fault(all, "a process is lost");
    else if (WIFSIGNALED(status) ? WTERMSIG(status) != signal : WEXITSTATUS(status) != 0)
        fault(all, "a process ended with %x", (unsigned int)status);
    for (unsigned int i = 0; signal != 0 && i < STRESS_THREADS; i++)
        figures->kills_in_put +=
            atomic_exchange(&all->workers[number * STRESS_THREADS + i].in_put, false);
    figures->kills += signal != 0;
}

static bool is_enough(stress *all, const stress_plan *plan, const stress_figures *figures,
                      time_t start)
{
    stress_figures sums = sum(all);

    return atomic_load(&all->stop) ||
           (sums.finds + sums.puts >= plan->operations && figures->kills >= plan->kills &&
            figures->stops >= plan->stops && sums.recoveries >= plan->recoveries &&
            time(NULL) >= start + plan->seconds);
}

/* Kill one at a random moment, after it stood still for a while or not; another takes its place. */
static void disturb(stress *all, pid_t *pids, stress_figures *figures, worker *dice)
{
    unsigned int number = (unsigned int)(next_random(dice) % STRESS_PROCESSES);
    bool stops = next_random(dice) % 4 == 0, kills = !stops || next_random(dice) % 2 == 0;

    pause_for(500 + (long)(next_random(dice) % 8000));
    if (stops) {
        int status = 0;

        kill(pids[number], SIGSTOP);
        if (waitpid(pids[number], &status, WUNTRACED) != pids[number] || !WIFSTOPPED(status))
            fault(all, "a process ended by itself");
        see_others_go_on(all);
        figures->stops++;
    }
    if (kills) {
        end_process(all, pids[number], SIGKILL, figures, number);
        pids[number] = fork_process(all, number);
    } else {
        kill(pids[number], SIGCONT);
    }
}

stress_figures stress_processes(const stress_plan *plan)
{
    stress *all = set_up(UINT64_MAX);
    worker dice = {.random = (uint64_t)time(NULL)};
    stress_figures figures = {0}, sums;
    pid_t pids[STRESS_PROCESSES];
    time_t start = time(NULL);

    for (unsigned int i = 0; i < STRESS_PROCESSES; i++)
        pids[i] = fork_process(all, i);
    while (!is_enough(all, plan, &figures, start))
        disturb(all, pids, &figures, &dice);
    atomic_store(&all->stop, true);
    for (unsigned int i = 0; i < STRESS_PROCESSES; i++)
        end_process(all, pids[i], 0, &figures, i);
    sums = sum(all);
    sums.kills = figures.kills;
    sums.kills_in_put = figures.kills_in_put;
    sums.stops = figures.stops;
    hold_the_pages_to_it(all);
    return tear_down(all, sums);
}

stress_figures stress_threads(uint64_t operations)
{
    stress *all = set_up(operations);
    stress_figures sums;

    start_threads(all, 0, 2 * STRESS_THREADS);
    join_threads(all, 0, 2 * STRESS_THREADS);
    sums = sum(all);
    hold_the_pages_to_it(all);
    return tear_down(all, sums);
}
