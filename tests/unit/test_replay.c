/* SPDX-License-Identifier: Apache-2.0 */
#include "core/replay.h"
#include "unit.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW INT64_C(1795445233)
#define WINDOW 60
#define SKEW 60
#define ENTRIES 1024

static _Atomic int64_t today = NOW;

static int64_t clock_now(void)
{
    return today;
}

static okta_replay *replay_for(uint32_t entries)
{
    void *memory = mmap(NULL, okta_replay_size(entries), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    need(memory != MAP_FAILED, "no memory");
    today = NOW;
    return okta_replay_init(memory, entries, WINDOW, SKEW, NOW - WINDOW);
}

/* An id by number, with all of its bytes spread. */
static const unsigned char *id_of(uint64_t number)
{
    static _Thread_local unsigned char id[OKTA_DIGEST_BYTES];
    char name[32];

    snprintf(name, sizeof(name), "id %llu", (unsigned long long)number);
    need(okta_digest(name, strlen(name), id), "no digest");
    return id;
}

static okta_replay_answer take(okta_replay *replay, uint64_t number, int64_t issued_at)
{
    return okta_replay_take(replay, id_of(number), issued_at, clock_now);
}

rule(it_knows_what_it_was_made_for)
{
    void *memory = calloc(1, okta_replay_size(64));
    okta_replay *replay;

    need(memory, "no memory");
    replay = okta_replay_init(memory, 64, 50, 7, NOW);
    check(okta_replay_window(replay) == 50, "window");
    check(okta_replay_skew(replay) == 7, "skew");
    check(okta_replay_entries(replay) == 64, "entries");
    free(memory);
}

rule(an_id_is_let_in_once)
{
    okta_replay *replay = replay_for(ENTRIES);

    for (uint64_t number = 0; number < 500; number++) {
        check(take(replay, number, NOW) == OKTA_REPLAY_FIRST, "%d first", (int)number);
        check(take(replay, number, NOW) == OKTA_REPLAY_SEEN, "%d again", (int)number);
    }
    for (uint64_t number = 0; number < 500; number++)
        check(take(replay, number, NOW) == OKTA_REPLAY_SEEN, "%d later", (int)number);
    check(okta_replay_count(replay, NOW) == 500, "%d", (int)okta_replay_count(replay, NOW));
}

rule(an_id_is_let_in_once_whatever_the_time_of_its_proof)
{
    okta_replay *replay = replay_for(ENTRIES);

    check(take(replay, 1, NOW) == OKTA_REPLAY_FIRST, "first");
    for (int64_t shift = -WINDOW; shift <= SKEW; shift++)
        check(take(replay, 1, NOW + shift) == OKTA_REPLAY_SEEN, "signed again for %d s",
              (int)shift);
}

rule(ids_that_differ_in_any_byte_are_different)
{
    okta_replay *replay = replay_for(ENTRIES);
    unsigned char id[OKTA_DIGEST_BYTES];

    memcpy(id, id_of(1), sizeof(id));
    check(okta_replay_take(replay, id, NOW, clock_now) == OKTA_REPLAY_FIRST, "first");
    /* 128 bits of the 256 at least count; which of a word's bytes differs with the machine */
    for (size_t word = 1; word < 4; word++) {
        int counting = 0;

        for (size_t byte = 8 * word; byte < 8 * word + 8; byte++) {
            id[byte] ^= 1;
            counting += okta_replay_take(replay, id, NOW, clock_now) == OKTA_REPLAY_FIRST;
            id[byte] ^= 1;
        }
        check(counting >= 5, "%d bytes of word %zu count", counting, word);
    }
}

rule(a_proof_is_remembered_as_long_as_it_is_good)
{
    okta_replay *replay = replay_for(ENTRIES);

    check(take(replay, 1, NOW) == OKTA_REPLAY_FIRST, "first");
    check(take(replay, 2, NOW + SKEW) == OKTA_REPLAY_FIRST, "ahead");
    for (today = NOW; today <= NOW + WINDOW + SKEW; today++) {
        for (uint64_t other = 0; other < 20; other++)
            take(replay, (uint64_t)today * 100 + other, today);
        if (today <= NOW + WINDOW)
            check(take(replay, 1, NOW) == OKTA_REPLAY_SEEN, "%d s later", (int)(today - NOW));
        check(take(replay, 2, NOW + SKEW) == OKTA_REPLAY_SEEN, "%d s later, ahead",
              (int)(today - NOW));
    }
}

rule(a_full_memory_lets_nobody_in_and_gets_free_again)
{
    okta_replay *replay = replay_for(ENTRIES);
    uint64_t number = 0;

    for (; number < ENTRIES; number++)
        check(take(replay, number, NOW) == OKTA_REPLAY_FIRST, "%d of %d", (int)number, ENTRIES);
    check(take(replay, number, NOW) == OKTA_REPLAY_FULL, "one more");
    check(take(replay, 7, NOW) == OKTA_REPLAY_SEEN, "what is remembered stays so");
    today = NOW + WINDOW;
    check(take(replay, number, today) == OKTA_REPLAY_FULL, "all are good for a second yet");
    today = NOW + WINDOW + 1;
    for (; number < 2 * ENTRIES; number++)
        check(take(replay, number, today) == OKTA_REPLAY_FIRST, "%d a window later", (int)number);
    check(take(replay, number, today) == OKTA_REPLAY_FULL, "full again");
}

/* The stamps of slots and counters wrap; what is left of long ago is in nobody's way. */
rule(years_of_proofs_at_the_full_rate_find_room)
{
    okta_replay *replay = replay_for(ENTRIES);
    const int64_t step = 977; /* comes to every remainder */
    uint64_t number = 0;

    for (int64_t second = 0; second < INT64_C(3) * 366 * 24 * 3600; second += step * 89) {
        today = NOW + second;
        for (int i = 0; i < 300; i++, number++)
            check(take(replay, number, today) == OKTA_REPLAY_FIRST, "number %d after %d days",
                  (int)number, (int)(second / 86400));
        check(take(replay, number - 1, today) == OKTA_REPLAY_SEEN, "after %d days",
              (int)(second / 86400));
    }
}

/* A crowd once, and hardly anybody for years after it, whatever stamp those come to have. */
rule(what_a_crowd_left_is_in_nobody_s_way)
{
    okta_replay *replay = replay_for(ENTRIES);
    const int64_t day = 24 * 3600;
    uint64_t number = 0;

    for (; number < 64 * ENTRIES; number++)
        if (take(replay, number, today) == OKTA_REPLAY_FULL)
            today += WINDOW + SKEW + 60;
    for (int64_t later = 1; later < 185; later++) {
        today = NOW + later * day;
        check(take(replay, ++number, today) == OKTA_REPLAY_FIRST, "%d days later", (int)later);
        check(take(replay, number, today) == OKTA_REPLAY_SEEN, "%d days later", (int)later);
    }
}

rule(a_clock_that_is_set_back_moves_the_beginning)
{
    okta_replay *replay = replay_for(ENTRIES);
    const int64_t began = NOW - WINDOW;

    check(okta_replay_since(replay, NOW) == began, "as it was made");
    check(take(replay, 1, NOW) == OKTA_REPLAY_FIRST, "first");
    check(okta_replay_since(replay, began - 3600) == began - 3600, "an hour back");
    check(okta_replay_since(replay, NOW) == began - 3600, "it stays there");
    today = NOW - 3600;
    check(take(replay, 2, today) == OKTA_REPLAY_FIRST, "by the new time");
    today = NOW;
    check(take(replay, 1, NOW) == OKTA_REPLAY_SEEN, "taken by the old time");
}

/* Always as many as there is room for, made at all times that are good. */
rule(a_memory_that_is_always_full_forgets_nothing)
{
    okta_replay *replay = replay_for(ENTRIES);
    struct {
        uint64_t number;
        int64_t issued_at;
    } let_in[4 * ENTRIES] = {{0, 0}};
    size_t next = 0;
    unsigned int seed = 12;
    uint64_t number = 0;
    int refused = 0;

    for (int second = 0; second < 1200; second++) {
        today = NOW + second;
        for (int i = 0; i < 24; i++, number++) {
            int64_t issued_at = today - rand_r(&seed) % WINDOW + rand_r(&seed) % 3;
            okta_replay_answer answer = take(replay, number, issued_at);

            refused += answer == OKTA_REPLAY_FULL;
            check(answer != OKTA_REPLAY_SEEN, "%d was never there", (int)number);
            if (answer != OKTA_REPLAY_FIRST)
                continue;
            let_in[next].number = number;
            let_in[next].issued_at = issued_at;
            next = (next + 1) % COUNT_OF(let_in);
        }
        for (size_t i = (size_t)second % 16; i < COUNT_OF(let_in); i += 16)
            if (let_in[i].issued_at >= today - WINDOW)
                check(take(replay, let_in[i].number, let_in[i].issued_at) == OKTA_REPLAY_SEEN,
                      "%d came in twice", (int)let_in[i].number);
        check(okta_replay_count(replay, today) <= ENTRIES, "more than there is room for");
    }
    check(refused > 0, "never full");
}

rule(a_clock_that_is_set_back_lets_nothing_in_twice)
{
    okta_replay *replay = replay_for(ENTRIES);

    for (uint64_t number = 0; number < ENTRIES / 2; number++)
        take(replay, number, NOW);
    today = NOW - 30;
    for (uint64_t number = 0; number < ENTRIES / 2; number++)
        check(take(replay, number, NOW) == OKTA_REPLAY_SEEN, "%d", (int)number);
    today = NOW - 3600;
    for (uint64_t number = ENTRIES; number < 3 * ENTRIES / 2; number++)
        check(take(replay, number, today) == OKTA_REPLAY_FIRST, "an hour back: %d", (int)number);
    today = NOW + 1;
    for (uint64_t number = 0; number < ENTRIES / 2; number++)
        check(take(replay, number, NOW) == OKTA_REPLAY_SEEN, "%d, forward again", (int)number);
}

static _Thread_local int asked;

/* Whoever asks stands still for longer than the window before the answer. */
static int64_t clock_of_a_sleeper(void)
{
    return asked++ == 0 ? NOW : NOW + WINDOW + 1;
}

rule(a_process_that_stood_still_too_long_lets_nobody_in)
{
    okta_replay *replay = replay_for(ENTRIES);

    asked = 0;
    check(okta_replay_take(replay, id_of(1), NOW, clock_of_a_sleeper) == OKTA_REPLAY_LATE,
          "let in");
}

#define COPIES 16
#define ROUNDS 2000

typedef struct crowd {
    okta_replay *replay;
    pthread_barrier_t together;
    _Atomic uint32_t let_in[ROUNDS];
} crowd;

static void *come_with_a_copy(void *baton)
{
    crowd *c = baton;

    for (uint64_t round = 0; round < ROUNDS; round++) {
        if (round % 50 == 0)
            pthread_barrier_wait(&c->together);
        if (take(c->replay, round, NOW + (int64_t)round % 3) == OKTA_REPLAY_FIRST)
            c->let_in[round]++;
    }
    return NULL;
}

rule(copies_at_once_are_let_in_once)
{
    crowd *c = keep(calloc(1, sizeof(*c)));
    pthread_t threads[COPIES];

    c->replay = replay_for(8 * ENTRIES);
    pthread_barrier_init(&c->together, NULL, COPIES);
    for (size_t i = 0; i < COPIES; i++)
        need(pthread_create(&threads[i], NULL, come_with_a_copy, c) == 0, "thread %d", (int)i);
    for (size_t i = 0; i < COPIES; i++)
        pthread_join(threads[i], NULL);
    for (size_t round = 0; round < ROUNDS; round++)
        check(c->let_in[round] == 1, "round %d: %d", (int)round, (int)c->let_in[round]);
}

#define TAKERS 4
#define OF_EACH 20000

typedef struct taker {
    okta_replay *replay;
    uint64_t first;
} taker;

static void *take_ids_of_its_own(void *baton)
{
    taker *t = baton;

    for (uint64_t number = t->first; number < t->first + OF_EACH; number++)
        if (take(t->replay, number, NOW) != OKTA_REPLAY_FIRST)
            return t;
    return NULL;
}

/* What one of them forgets to count is room that the memory has not. */
rule(those_who_come_at_once_are_all_counted)
{
    okta_replay *replay = replay_for(2 * TAKERS * OF_EACH);
    taker takers[TAKERS];
    pthread_t threads[TAKERS];
    void *refused;

    for (size_t i = 0; i < TAKERS; i++) {
        takers[i] = (taker){replay, i * OF_EACH};
        need(pthread_create(&threads[i], NULL, take_ids_of_its_own, &takers[i]) == 0, "thread %d",
             (int)i);
    }
    for (size_t i = 0; i < TAKERS; i++) {
        pthread_join(threads[i], &refused);
        check(!refused, "thread %d was refused", (int)i);
    }
    check(okta_replay_count(replay, NOW) == TAKERS * OF_EACH, "%llu",
          (unsigned long long)okta_replay_count(replay, NOW));
}

#define CHILDREN 4
#define KILLS 120
#define IDS 6000

typedef struct shared {
    _Atomic uint32_t next;
    _Atomic uint32_t let_in[IDS];
} shared;

static _Noreturn void take_one_after_the_other(okta_replay *replay, shared *s)
{
    for (;;) {
        /* some of them come to each id twice or more */
        uint32_t number = s->next++ / 3 % IDS;

        if (take(replay, number, NOW) == OKTA_REPLAY_FIRST)
            s->let_in[number]++;
    }
}

static pid_t child_of(okta_replay *replay, shared *s)
{
    pid_t pid = fork();

    need(pid >= 0, "no process");
    if (pid == 0)
        take_one_after_the_other(replay, s);
    return pid;
}

rule(processes_that_are_killed_leave_nothing_behind)
{
    okta_replay *replay = replay_for(8 * ENTRIES);
    shared *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t children[CHILDREN];
    uint32_t known = 0;

    need(s != MAP_FAILED, "no memory");
    for (size_t i = 0; i < CHILDREN; i++)
        children[i] = child_of(replay, s);
    for (unsigned int kill_number = 0; kill_number < KILLS; kill_number++) {
        size_t victim = kill_number % CHILDREN;
        uint32_t before = s->next;

        while (s->next < before + 40)
            sched_yield();
        kill(children[victim], SIGKILL);
        waitpid(children[victim], NULL, 0);
        children[victim] = child_of(replay, s);
    }
    for (size_t i = 0; i < CHILDREN; i++) {
        kill(children[i], SIGKILL);
        waitpid(children[i], NULL, 0);
    }
    for (uint32_t number = 0; number < IDS; number++) {
        check(s->let_in[number] <= 1, "%d came in %d times", (int)number, (int)s->let_in[number]);
        known += s->let_in[number];
        take(replay, number, NOW);
        check(take(replay, number, NOW) == OKTA_REPLAY_SEEN, "%d is not remembered", (int)number);
    }
    check(known > IDS / 2, "only %d were let in", (int)known);
}
