/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of a table of verdicts that prove themselves: each byte follows from the entry's number
 * and its generation, so a mix of two entries, or of two versions of one, is seen as such. */
#ifndef OKTA_TESTS_ENTRIES_H
#define OKTA_TESTS_ENTRIES_H

#include "core/verdicts.h"

typedef struct entry {
    unsigned int id; /* its page is id % pages; ids share a byte to be looked for by */
    uint32_t generation;
    size_t length;
    bool earned;
    int64_t until;
} entry;

/* A number that looks random, always the same for the same one. */
uint64_t entry_random(uint64_t of);

void entry_digest(unsigned int id, unsigned char digest[OKTA_DIGEST_BYTES]);

/* `length` bytes of it, in a block from malloc for the caller to free. */
void *entry_bytes(unsigned int id, uint32_t generation, size_t length);
bool entry_has_bytes(unsigned int id, uint32_t generation, size_t length, const void *found);

okta_verdict_head entry_head(const entry *it);

/* False: not kept. */
bool entry_put(okta_verdicts *table, const entry *it, int64_t now);

/* For one search of what is of `oldest` generation or younger; search->block is to be freed. */
typedef struct entry_search {
    uint32_t oldest;
    void *block;
} entry_search;

okta_verdicts_caller entry_caller(entry_search *search, uint32_t oldest);

/* What is there under the id, of `oldest` generation or younger: for the caller to free. */
void *entry_find(okta_verdicts *table, unsigned int id, int64_t now, uint32_t oldest,
                 okta_verdict_head *head);

/* Is it this entry, head and all bytes? */
bool entry_is(const entry *it, const okta_verdict_head *head, const void *found);

/* Each place of that page can be filled, and each unit; and it can be written at all. Pushes out
 * what is there. NULL, or what is amiss. */
const char *entry_page_is_whole(okta_verdicts *table, unsigned int page, unsigned int pages,
                                int64_t now);

#endif
