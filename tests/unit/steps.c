/* SPDX-License-Identifier: Apache-2.0 */
#include "steps.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static struct {
    void (*watch)(uint64_t step, void *baton);
    void *baton;
    uint64_t step;
} steps;

/* The processor traps after each instruction, but not in here. */
static void on_trap(int signal)
{
    (void)signal;
    steps.watch(++steps.step, steps.baton);
}

#if STEPS_WORK
/* The trap flag. What lies below the stack's end is left alone. */
__attribute__((noinline)) static void trap(void)
{
    __asm__ volatile("lea -128(%%rsp), %%rsp\n\tpushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\t"
                     "lea 128(%%rsp), %%rsp" ::
                         : "cc", "memory");
}

__attribute__((noinline)) static void trap_no_more(void)
{
    __asm__ volatile("lea -128(%%rsp), %%rsp\n\tpushfq\n\tandq $-0x101, (%%rsp)\n\tpopfq\n\t"
                     "lea 128(%%rsp), %%rsp" ::
                         : "cc", "memory");
}
#else
static void trap(void)
{
    abort();
}

static void trap_no_more(void)
{
}
#endif

void steps_run(void (*body)(void *baton), void *baton, void (*watch)(uint64_t step, void *baton))
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = on_trap;
    sigaction(SIGTRAP, &action, NULL);
    steps.watch = watch;
    steps.baton = baton;
    steps.step = 0;
    trap();
    body(baton);
    trap_no_more();
}
