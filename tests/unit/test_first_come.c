/* SPDX-License-Identifier: Apache-2.0 */
#include "core/first_come.h"
#include "store.h"
#include "unit.h"

#include <pthread.h>
#include <semaphore.h>
#include <string.h>

#define NOW STORE_NOW
#define SKEW 60
#define WINDOW 60
#define MARGIN 2
#define HOSTS_MAX 3
#define STEPS_MAX 32

static const unsigned char id[OKTA_DIGEST_BYTES] = "a proof";

static okta_first_come begin(const okta_sealer *sealer)
{
    return okta_first_come_begin(&store_calls, sealer, WINDOW, SKEW);
}

/* A store that began long ago, at second NOW. */
static okta_sealer old_store(void)
{
    const okta_sealer sealer = store_sealer(1);

    store_clear();
    store.now = NOW - 1000;
    need(begin(&sealer) == OKTA_FIRST_COME, "no beginning");
    store.now = NOW;
    store.steps = 0;
    return sealer;
}

static okta_first_come take_at(const okta_sealer *sealer, int64_t issued_at, int64_t *wait)
{
    const okta_arrival arrival = {id, issued_at, WINDOW, SKEW};
    int64_t age;

    return okta_first_come_take(&store_calls, sealer, &arrival, wait, &age);
}

static okta_first_come take(const okta_sealer *sealer)
{
    int64_t wait;

    return take_at(sealer, store.now, &wait);
}

rule(the_first_comes_first_and_nobody_else)
{
    const okta_sealer sealer = old_store();

    check(take(&sealer) == OKTA_FIRST_COME, "the first one");
    for (int i = 0; i < 3; i++)
        check(take(&sealer) == OKTA_FIRST_COME_NOT, "number %d", i + 2);
    store.now += WINDOW;
    check(take(&sealer) == OKTA_FIRST_COME_NOT, "at the end of its window");
}

/* Hosts that go on one step each time they are told. */
typedef struct host {
    pthread_t thread;
    sem_t go, stopped;
    okta_store store;
    const okta_sealer *sealer;
    okta_first_come come;
    bool done;
} host;

static void wait_for_turn(void *baton)
{
    host *h = baton;

    if (!h)
        return;
    sem_post(&h->stopped);
    sem_wait(&h->go);
}

static void *be_host(void *baton)
{
    const okta_arrival arrival = {id, NOW, WINDOW, SKEW};
    host *h = baton;
    int64_t wait, age;

    h->come = okta_first_come_take(&h->store, h->sealer, &arrival, &wait, &age);
    h->done = true;
    sem_post(&h->stopped);
    return NULL;
}

/* Which of the hosts that are not done yet goes on, at each step; and of how many it was. */
typedef struct schedule {
    int choices[STEPS_MAX * HOSTS_MAX], of[STEPS_MAX * HOSTS_MAX], length;
} schedule;

static host *chosen(host *hosts, int count, schedule *s, int step)
{
    host *running[HOSTS_MAX];
    int n = 0;

    for (int i = 0; i < count; i++)
        if (!hosts[i].done)
            running[n++] = &hosts[i];
    if (n == 0)
        return NULL;
    if (step == s->length)
        s->choices[s->length++] = 0;
    s->of[step] = n;
    return running[s->choices[step]];
}

/* The next order that was not tried; false: all were. */
static bool advance(schedule *s)
{
    while (s->length > 0) {
        if (++s->choices[s->length - 1] < s->of[s->length - 1])
            return true;
        s->length--;
    }
    return false;
}

static int run(host *hosts, int count, const okta_sealer *sealer, schedule *s)
{
    int firsts = 0;
    host *next;

    for (int i = 0; i < count; i++) {
        hosts[i] =
            (host){.store = {store_put, store_get, store_seconds, store_monotonic, &hosts[i]},
                   .sealer = sealer};
        sem_init(&hosts[i].go, 0, 0);
        sem_init(&hosts[i].stopped, 0, 0);
        need(pthread_create(&hosts[i].thread, NULL, be_host, &hosts[i]) == 0, "no thread");
        sem_wait(&hosts[i].stopped);
    }
    for (int step = 0; (next = chosen(hosts, count, s, step)) != NULL; step++) {
        sem_post(&next->go);
        sem_wait(&next->stopped);
    }
    for (int i = 0; i < count; i++) {
        pthread_join(hosts[i].thread, NULL);
        firsts += hosts[i].come == OKTA_FIRST_COME;
        check(hosts[i].come == OKTA_FIRST_COME || hosts[i].come == OKTA_FIRST_COME_NOT, "came: %d",
              (int)hosts[i].come);
    }
    return firsts;
}

static void try_all_orders(int count, int least)
{
    const okta_sealer sealer = old_store();
    const int kept = store.count;
    host hosts[HOSTS_MAX];
    schedule s = {.length = 0};
    int orders = 0, with_one = 0;

    store.before = wait_for_turn;
    do {
        const int firsts = (store.count = kept, run(hosts, count, &sealer, &s));

        orders++;
        with_one += firsts == 1;
        need(firsts <= 1, "%d are the first, in order %d", firsts, orders);
    } while (advance(&s));
    check(orders >= least, "%d orders only", orders);
    check(with_one > 0 && with_one < orders, "%d of %d orders have a first", with_one, orders);
}

rule(however_steps_interleave_one_at_most_is_the_first)
{
    try_all_orders(2, 60);
}

rule(what_the_store_loses_lets_nobody_in_twice)
{
    /* lost before each step of the second one, which comes when the first is through */
    for (int step = 1; step <= 8; step++) {
        const okta_sealer sealer = old_store();
        int64_t wait = 0;
        okta_first_come come;

        need(take(&sealer) == OKTA_FIRST_COME, "the first one");
        store.steps = 0;
        store.empty_before = step;
        come = take_at(&sealer, NOW, &wait);
        check(come != OKTA_FIRST_COME, "lost before step %d, and let in", step);
        store.empty_before = 0;
        for (int again = 0; again < 3; again++)
            check(take_at(&sealer, NOW, &wait) != OKTA_FIRST_COME, "again after step %d", step);
    }
}

rule(after_a_loss_proofs_are_good_that_cannot_have_been_used)
{
    const okta_sealer sealer = old_store();
    int64_t wait = 0;

    store.count = 0;
    check(take_at(&sealer, NOW, &wait) == OKTA_FIRST_COME_YOUNG && wait == SKEW + MARGIN + 1,
          "wait: %d", (int)wait);
    store.now += SKEW + MARGIN;
    check(take_at(&sealer, store.now, &wait) != OKTA_FIRST_COME, "too soon");
    store.now++;
    check(take_at(&sealer, store.now, &wait) == OKTA_FIRST_COME_NOT, "one id, that was taken");
    store_keep_beginning();
    check(take_at(&sealer, store.now, &wait) == OKTA_FIRST_COME, "not when it could be");
}

rule(a_step_that_fails_lets_nobody_in)
{
    for (int step = 1; step <= 5; step++) {
        const okta_sealer sealer = old_store();
        int64_t wait = 77;

        store.failing = step;
        check(take_at(&sealer, NOW, &wait) == OKTA_FIRST_COME_SILENT, "step %d", step);
        check(wait == 1, "step %d: wait %d", step, (int)wait);
        store.failing = 0;
    }
}

rule(a_store_that_seems_to_be_empty_lets_nobody_in)
{
    /* httpd's providers call everything absent while they think that a store is dead */
    for (int step = 1; step <= 5; step++) {
        const okta_sealer sealer = old_store();

        need(take(&sealer) == OKTA_FIRST_COME, "the first one");
        store.steps = 0;
        store.absent_from = step;
        check(take(&sealer) != OKTA_FIRST_COME, "step %d", step);
    }
}

rule(a_slow_store_lets_nobody_in)
{
    const okta_sealer sealer = old_store();

    store.slow = 400000;
    check(take(&sealer) == OKTA_FIRST_COME, "5 steps in 2 s");
    store_keep_beginning();
    store.slow = 400001;
    check(take(&sealer) == OKTA_FIRST_COME_SILENT, "5 steps in more");
}

rule(a_clock_that_is_set_while_it_is_asked_lets_nobody_in)
{
    /* providers count by it for how long they think that a store is dead */
    const okta_sealer sealer = old_store();
    int64_t wait;

    store.jump = 4;
    check(take_at(&sealer, NOW, &wait) == OKTA_FIRST_COME_SILENT, "set ahead");
    store_keep_beginning();
    store.steps = 0;
    store.jump = 3;
    check(take_at(&sealer, store.now, &wait) == OKTA_FIRST_COME, "seconds go by");
}

/* The store's entries, as it has them that counts whole seconds and is ahead of us. */
static void expire(int64_t by)
{
    for (int i = 0; i < store.count; i++)
        store.entries[i].end -= by;
}

rule(entries_outlive_the_proof_wherever_clocks_stand)
{
    const okta_sealer sealer = store_sealer(1);
    const okta_arrival arrival = {id, NOW, WINDOW, 0};
    int64_t wait, age;
    int before;

    old_store();
    before = store.count;
    need(okta_first_come_take(&store_calls, &sealer, &arrival, &wait, &age) == OKTA_FIRST_COME,
         "first");
    /* a provider and a store each lose a second; a clock that is behind by the margin is in the
     * last second in which it takes the proof, which is its end that the store has reached */
    expire(2);
    store.now = NOW + WINDOW + MARGIN;
    check(store.count == before + 2, "%d entries", store.count);
    for (int i = before; i < store.count; i++)
        check(store.entries[i].end > store.now, "entry %d is gone", i);
    store.now = NOW + WINDOW;
    check(okta_first_come_take(&store_calls, &sealer, &arrival, &wait, &age) == OKTA_FIRST_COME_NOT,
          "again");
}

rule(after_a_loss_a_host_whose_clock_is_ahead_took_nothing_that_counts_again)
{
    const okta_sealer sealer = old_store();
    int64_t wait;

    store.now = NOW + MARGIN;
    need(take_at(&sealer, NOW + MARGIN + SKEW, &wait) == OKTA_FIRST_COME, "the first one");
    store.count = 0;
    store.now = NOW;
    need(begin(&sealer) == OKTA_FIRST_COME, "no beginning");
    store.now = NOW + SKEW;
    check(take_at(&sealer, NOW + MARGIN + SKEW, &wait) == OKTA_FIRST_COME_YOUNG, "twice");
}

rule(a_loss_while_the_beginning_is_written_anew_is_noticed)
{
    for (int step = 1; step <= 12; step++) {
        const okta_sealer sealer = old_store();
        int64_t wait;

        /* a day after it was written: the first one comes just before it is due again */
        store.now = NOW - 1000 + 86400;
        need(take_at(&sealer, store.now, &wait) == OKTA_FIRST_COME, "the first one");
        store.now++;
        store.steps = 0;
        store.empty_before = step;
        check(take_at(&sealer, store.now - 1, &wait) != OKTA_FIRST_COME, "step %d", step);
        store.empty_before = 0;
        check(take_at(&sealer, store.now - 1, &wait) != OKTA_FIRST_COME, "after step %d", step);
    }
    /* and while nothing was asked but to begin */
    for (int step = 1; step <= 6; step++) {
        const okta_sealer sealer = old_store();
        int64_t wait;

        store.now = NOW - 1000 + 86400;
        need(take_at(&sealer, store.now, &wait) == OKTA_FIRST_COME, "the first one");
        store.now++;
        store.steps = 0;
        store.empty_before = step;
        begin(&sealer);
        store.empty_before = 0;
        check(take_at(&sealer, store.now - 1, &wait) != OKTA_FIRST_COME, "begun, step %d", step);
    }
}

rule(a_proof_that_got_too_old_meanwhile_is_late)
{
    const okta_sealer sealer = old_store();
    int64_t wait;

    check(take_at(&sealer, NOW - WINDOW - 1, &wait) == OKTA_FIRST_COME_LATE, "not late");
}

rule(hosts_with_different_keys_let_nobody_in_beside_each_other)
{
    const okta_sealer ours = old_store(), theirs = store_sealer(2);

    need(take(&ours) == OKTA_FIRST_COME, "the first one");
    check(take(&theirs) == OKTA_FIRST_COME_STRANGER, "with another key");
    check(begin(&theirs) == OKTA_FIRST_COME_STRANGER, "begins anew");
    check(take(&ours) == OKTA_FIRST_COME_NOT, "ours again");
}

rule(entries_that_others_changed_let_nobody_in_twice)
{
    const okta_sealer sealer = old_store();

    need(take(&sealer) == OKTA_FIRST_COME, "the first one");
    for (int i = 0; i < store.count; i++)
        for (size_t byte = 0; byte < store.entries[i].length; byte++) {
            const store_entry before = store.entries[i];

            store.entries[i].bytes[byte] ^= 1;
            check(take(&sealer) != OKTA_FIRST_COME, "entry %d, byte %zu", i, byte);
            store.entries[i] = before;
        }
    /* each in the place of each other one */
    for (int i = 0; i < store.count; i++)
        for (int k = 0; k < store.count; k++) {
            const store_entry before = store.entries[i];

            memcpy(store.entries[i].bytes, store.entries[k].bytes, OKTA_FIRST_COME_BYTES);
            store.entries[i].length = store.entries[k].length;
            check(take(&sealer) != OKTA_FIRST_COME, "entry %d as %d", k, i);
            store.entries[i] = before;
        }
}

rule(the_beginning_is_written_anew_each_day_and_stays_what_it_is)
{
    const okta_sealer sealer = old_store();
    int64_t wait;

    /* two each day: one before which it is written, and one after */
    for (int i = 2; i < 82; i++) {
        store.now += i % 2 ? 0 : 86401;
        store_keep_beginning();
        check(take_at(&sealer, store.now, &wait) == OKTA_FIRST_COME, "day %d", i / 2);
    }
    store.now += INT64_C(21) * 86400;
    store_keep_beginning();
    check(take_at(&sealer, store.now, &wait) == OKTA_FIRST_COME_YOUNG, "nobody for 21 days");
}
