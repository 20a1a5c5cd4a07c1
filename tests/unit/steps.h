/* SPDX-License-Identifier: Apache-2.0 */
/* To run a function instruction by instruction, in the process that asks for it. */
#ifndef OKTA_TESTS_STEPS_H
#define OKTA_TESTS_STEPS_H

#include <stdint.h>

/* False: not on this processor. */
#ifdef __x86_64__
#define STEPS_WORK 1
#else
#define STEPS_WORK 0
#endif

/* Run `body`; `watch` is called after each of its instructions, with how many there were. */
void steps_run(void (*body)(void *baton), void *baton, void (*watch)(uint64_t step, void *baton));

#endif
