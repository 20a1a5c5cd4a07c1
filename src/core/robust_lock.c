/* SPDX-License-Identifier: Apache-2.0 */
#include "core/robust_lock.h"

#include <errno.h>

void okta_robust_locks_init(pthread_mutex_t *locks, size_t count)
{
    pthread_mutexattr_t shared;

    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&shared, PTHREAD_MUTEX_ROBUST);
    for (size_t i = 0; i < count; i++)
        pthread_mutex_init(&locks[i], &shared);
    pthread_mutexattr_destroy(&shared);
}

bool okta_robust_lock_try(pthread_mutex_t *lock)
{
    int outcome = pthread_mutex_trylock(lock);

    if (outcome == EOWNERDEAD)
        outcome = pthread_mutex_consistent(lock);
    return outcome == 0;
}
