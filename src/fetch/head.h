/* SPDX-License-Identifier: Apache-2.0 */
/* Status line and header lines of an answer, kept as they came. */
#ifndef OKTA_FETCH_HEAD_H
#define OKTA_FETCH_HEAD_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed at first. One thread. */
typedef struct okta_head {
    char *text; /* owned */
    size_t length;
    bool ended;
} okta_head;

/* Take in one line with its line end. A status line begins the head anew: what came before was
 * an interim answer or a proxy's. Trailers are left out. False when out of memory or too long. */
bool okta_head_add(okta_head *head, const char *line, size_t length);

/* The lines, each with its line end, terminated; "" for none. */
const char *okta_head_text(const okta_head *head);

void okta_head_clear(okta_head *head);

#endif
