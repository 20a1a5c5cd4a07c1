/* SPDX-License-Identifier: Apache-2.0 */
/* A lock between threads of one process whose owner may stand still. */
#ifndef OKTA_HTTPD_PATIENT_LOCK_H
#define OKTA_HTTPD_PATIENT_LOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Lock it, or give up after so many microseconds: false. Any thread. */
bool okta_lock_within(pthread_mutex_t *mutex, int64_t patience);

#endif
