/* SPDX-License-Identifier: Apache-2.0 */
/* Locks in memory that processes share, which do not end with their holder: the kernel gives away
 * what a dead one had. Nobody waits for one. */
#ifndef OKTA_CORE_ROBUST_LOCK_H
#define OKTA_CORE_ROBUST_LOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* Make count locks at memory that processes share. */
void okta_robust_locks_init(pthread_mutex_t *locks, size_t count);

/* Take the lock, if nobody has it who lives. Its last holder may have died within: what that one
 * was at is the caller's to judge. Give it back by pthread_mutex_unlock. Any process and thread. */
bool okta_robust_lock_try(pthread_mutex_t *lock);

#endif
