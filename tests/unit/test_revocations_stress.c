/* SPDX-License-Identifier: Apache-2.0 */
#include "lists.h"
#include "unit.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Writers publish two lists in turn, and are killed and stopped at any moment; readers look
 * meanwhile. Every list refuses the token, each by another claim: who mixed two of them would miss
 * it. None refuses the other token. Bounded by what happened, not by time. */

#define READERS 2
#define WRITERS 2
#define DEATHS 120
#define LINES 64

typedef struct shared {
    atomic_bool done;
    _Atomic uint64_t looks, missed, extra, unknown, published;
} shared;

static okta_revocable token_of(const char *jti, const char *sub)
{
    okta_revocable token = {.has_issued_at = true, .issued_at = 1};

    token.values[OKTA_REVOKES_JTI].text = jti;
    token.values[OKTA_REVOKES_JTI].length = strlen(jti);
    token.values[OKTA_REVOKES_SUB].text = sub;
    token.values[OKTA_REVOKES_SUB].length = strlen(sub);
    return token;
}

static void read_on(const okta_revocations *list, shared *s)
{
    const okta_revocable bad = token_of("one", "two"), good = token_of("two", "one");

    while (!s->done) {
        okta_revocation_kind kind;
        int64_t before;
        okta_revoked found = okta_revocations_find(list, &bad, &kind, &before);

        s->missed += found == OKTA_REVOKED_NO;
        s->unknown += found == OKTA_REVOKED_UNKNOWN;
        s->extra += okta_revocations_find(list, &good, &kind, &before) != OKTA_REVOKED_NO;
        s->looks++;
    }
    _exit(0);
}

/* Of one token or the other, among lines of which there are sometimes more and sometimes less. */
static void compose(list_line *lines, size_t count, bool first)
{
    static char names[LINES][24];

    for (size_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof(names[i]), "x%zu", i);
        lines[i] = (list_line){first ? OKTA_REVOKES_SUB : OKTA_REVOKES_JTI, names[i], NULL,
                               OKTA_REVOKED_ALWAYS};
    }
    lines[count / 2] = first ? (list_line){OKTA_REVOKES_JTI, "one", NULL, OKTA_REVOKED_ALWAYS}
                             : (list_line){OKTA_REVOKES_SUB, "two", NULL, OKTA_REVOKED_ALWAYS};
}

static void write_on(okta_revocations *list, shared *s, unsigned int seed)
{
    list_line lines[LINES];

    for (unsigned int n = seed;; n++) {
        const size_t count = 1 + n * 7 % LINES;

        compose(lines, count, n % 2 == 0);
        s->published += list_try(list, lines, count, n + 1);
    }
}

static pid_t begin_writer(okta_revocations *list, shared *s, unsigned int seed)
{
    pid_t pid = fork();

    if (pid == 0)
        write_on(list, s, seed);
    need(pid > 0, "fork");
    return pid;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void wait_for_looks(const shared *s, uint64_t more)
{
    for (uint64_t until = s->looks + more; s->looks < until;)
        sched_yield();
}

rule(readers_see_one_list_whatever_becomes_of_writers)
{
    okta_revocations *list = list_new();
    shared *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t readers[READERS], writers[WRITERS];
    list_line lines[LINES];

    need(s != MAP_FAILED, "no memory");
    compose(lines, 3, true);
    list_publish(list, lines, 3);
    for (int i = 0; i < READERS; i++)
        if ((readers[i] = fork()) == 0)
            read_on(list, s);
    for (unsigned int i = 0; i < WRITERS; i++)
        writers[i] = begin_writer(list, s, i);
    for (unsigned int i = 0; i < DEATHS; i++) {
        pid_t *victim = &writers[i % WRITERS];
        const bool stops = i % 5 == 0;

        wait_for_looks(s, 20 + (uint64_t)random() % 50);
        kill(*victim, stops ? SIGSTOP : SIGKILL);
        if (stops)
            wait_for_looks(s, 200); /* the other one goes on */
        end(*victim);
        *victim = begin_writer(list, s, i);
    }
    for (int i = 0; i < WRITERS; i++)
        end(writers[i]);
    s->done = true;
    for (int i = 0; i < READERS; i++)
        waitpid(readers[i], NULL, 0);
    check(s->looks > DEATHS && s->published > DEATHS, "%llu looks, %llu lists",
          (unsigned long long)s->looks, (unsigned long long)s->published);
    check(s->missed == 0, "%llu", (unsigned long long)s->missed);
    check(s->extra == 0, "%llu", (unsigned long long)s->extra);
    check(s->unknown == 0, "%llu", (unsigned long long)s->unknown);
    list_publish(list, lines, 3);
}
