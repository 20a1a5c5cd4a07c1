/* SPDX-License-Identifier: Apache-2.0 */
#include "core/slot.h"
#include "unit.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Writers in processes of their own are stopped or killed, most often in the middle of a buffer,
 * for the buffers are large. What another turn publishes is read whole, and stays. */

#define CAPACITY ((size_t)4 << 20)
#define ROUNDS 12

static char *filled(char c)
{
    char *content = keep(malloc(CAPACITY));

    memset(content, c, CAPACITY);
    return content;
}

static okta_slot *shared_slot(void)
{
    void *memory = mmap(NULL, okta_slot_size(CAPACITY), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    need(memory != MAP_FAILED, "memory");
    return okta_slot_init(memory, CAPACITY);
}

/* Ends with 0 once its turn is over. */
static pid_t fork_writer(okta_slot *slot, okta_turn_number turn, const char *content)
{
    pid_t pid = fork();

    if (pid == 0) {
        okta_slot_outcome outcome;

        do
            outcome = okta_slot_publish_in_turn(slot, turn, 0, content, CAPACITY);
        while (outcome == OKTA_SLOT_PUBLISHED);
        _exit(outcome == OKTA_SLOT_TURN_OVER ? 0 : 1);
    }
    return pid;
}

static void wait_for_generation_after(const okta_slot *slot, uint32_t generation)
{
    const struct timespec pause = {0, 1000000};

    while (okta_slot_generation(slot) == generation)
        nanosleep(&pause, NULL);
}

static void expect(const okta_slot *slot, const char *content, char *buffer, const char *when)
{
    uint32_t generation;
    size_t length = 0;

    need(okta_slot_read(slot, buffer, &length, &generation), "%s: nothing", when);
    check(length == CAPACITY && memcmp(buffer, content, CAPACITY) == 0, "%s: torn or another's",
          when);
}

rule(one_that_is_stopped_in_the_middle_harms_nobody_when_it_wakes_up)
{
    okta_slot *slot = shared_slot();
    char *theirs = filled('t'), *ours = filled('o'), *buffer = keep(malloc(CAPACITY));

    for (int round = 0; round < ROUNDS; round++) {
        okta_turn_number turn = (okta_turn_number)(2 * round + 1);
        uint32_t before = okta_slot_generation(slot);
        int status = -1;
        pid_t pid;

        okta_slot_hand_over(slot, turn);
        pid = fork_writer(slot, turn, theirs);
        wait_for_generation_after(slot, before);
        kill(pid, SIGSTOP);
        need(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status), "stopped");
        expect(slot, theirs, buffer, "while it is stopped");
        okta_slot_hand_over(slot, (okta_turn_number)(turn + 1));
        for (int i = 0; i < 3; i++)
            check(okta_slot_publish_in_turn(slot, (okta_turn_number)(turn + 1), 0, ours,
                                            CAPACITY) == OKTA_SLOT_PUBLISHED,
                  "round %d: the next turn cannot publish", round);
        before = okta_slot_generation(slot);
        kill(pid, SIGCONT);
        need(waitpid(pid, &status, 0) == pid, "ended");
        check(WIFEXITED(status) && WEXITSTATUS(status) == 0,
              "it did not see that its turn is over");
        check(okta_slot_generation(slot) == before, "it published all the same");
        expect(slot, ours, buffer, "after it woke up");
    }
}

rule(those_that_are_killed_in_the_middle_use_up_nothing)
{
    okta_slot *slot = shared_slot();
    char *theirs = filled('t'), *ours = filled('o'), *buffer = keep(malloc(CAPACITY));

    for (int round = 0; round < ROUNDS; round++) {
        okta_turn_number turn = (okta_turn_number)(round + 1);
        uint32_t before = okta_slot_generation(slot);
        pid_t pid;

        okta_slot_hand_over(slot, turn);
        pid = fork_writer(slot, turn, theirs);
        wait_for_generation_after(slot, before);
        kill(pid, SIGKILL);
        need(waitpid(pid, NULL, 0) == pid, "ended");
        expect(slot, theirs, buffer, "after the kill");
        check(okta_slot_publish(slot, ours, CAPACITY), "round %d", round);
        expect(slot, ours, buffer, "after the next one");
    }
}

rule(a_turn_that_is_over_publishes_nothing)
{
    okta_slot *slot = okta_slot_init(keep(aligned_alloc(64, okta_slot_size(8))), 8);
    char buffer[8];
    uint32_t generation;
    size_t length;

    okta_slot_hand_over(slot, 5);
    check(okta_slot_publish_in_turn(slot, 4, 0, "late", 4) == OKTA_SLOT_TURN_OVER, "4");
    check(okta_slot_publish_in_turn(slot, 5, 0, "too long for it", 15) == OKTA_SLOT_TOO_LARGE,
          "size");
    check(okta_slot_publish_in_turn(slot, 5, 0, "good", 4) == OKTA_SLOT_PUBLISHED, "5");
    check(okta_slot_publish_in_turn(slot, 4, 0, "late", 4) == OKTA_SLOT_TURN_OVER, "4 again");
    okta_slot_hand_over(slot, 6);
    need(okta_slot_read(slot, buffer, &length, &generation), "handing over hides what is there");
    check(generation == 1 && length == 4 && memcmp(buffer, "good", 4) == 0, "\"%.4s\"", buffer);
}
