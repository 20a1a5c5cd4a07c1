/* SPDX-License-Identifier: Apache-2.0 */
/* A list of revocations in memory that processes share: looked up without a lock, and replaced as a
 * whole.
 *
 * There are three areas of which one is current, as in core/slot.h. A writer fills one that is not,
 * holding its lock, and exchanges a word at the very end. One that dies has changed nothing that
 * anybody looks at; one that stands still keeps its area, and the next goes on with the third. A
 * late one finds that the word has changed, and publishes nothing.
 *
 * An area is a hash table of names (core/siphash.h) of kind and value, half full at most: a look
 * costs the same however long the list is. Memory that no line needs is never touched. */
#ifndef OKTA_CORE_REVOCATIONS_H
#define OKTA_CORE_REVOCATIONS_H

#include "core/revocation.h"
#include "core/siphash.h"
#include "core/turn.h"

#include <pthread.h>
#include <stdint.h>

/* Lines that say something. Room for all is reserved, which is much of what 32 bits can address. */
#if SIZE_MAX > UINT32_MAX
#define OKTA_REVOCATIONS_MAX 2097152
#else
#define OKTA_REVOCATIONS_MAX 262144
#endif

typedef struct okta_revocations okta_revocations;

/* Address space for one list, most of which is never touched. */
size_t okta_revocations_size(void);

/* Bytes that a list of so many lines takes; twice that while it is replaced. */
size_t okta_revocations_bytes(uint64_t lines);

/* Lay out a list that was never read at memory: zeros, at the beginning of a page. */
okta_revocations *okta_revocations_init(void *memory, const okta_siphash_key *key);

/* One that was never read, and never will be: for where there is no memory. */
const okta_revocations *okta_revocations_unknown(void);

/* By what a file's states are told apart. Plain value type. */
typedef struct okta_file_mark {
    uint64_t device, inode;
    int64_t size;
    int64_t modified, changed; /* nanoseconds */
} okta_file_mark;

/* What a list was made of. Its lines are counted as they are added. */
typedef struct okta_revocations_facts {
    uint64_t kinds[OKTA_REVOKES_COUNT]; /* lines of each */
    uint64_t content;                   /* names the bytes of the file; never 0 */
    int64_t loaded_at;                  /* microseconds since the epoch */
    okta_file_mark file;                /* as it was read */
} okta_revocations_facts;

/* A list in the making, by one thread. */
typedef struct okta_revocations_draft {
    okta_revocations *list;
    uint64_t seen; /* what was current when it was begun */
    int area;
    uint64_t kinds[OKTA_REVOKES_COUNT], added, with_issuer;
} okta_revocations_draft;

/* Begin one of so many lines, at most OKTA_REVOCATIONS_MAX. False: writers that stand still have
 * all the room. */
bool okta_revocations_begin(okta_revocations *list, uint64_t lines, okta_revocations_draft *draft);

/* False: there are more lines than was said. */
bool okta_revocations_add(okta_revocations_draft *draft, const okta_revocation *line);

/* Make it the current one, and give what the former one took back to the system. False: another was
 * published meanwhile, and this one is dropped. */
bool okta_revocations_publish(okta_revocations_draft *draft, const okta_revocations_facts *facts);

void okta_revocations_drop(okta_revocations_draft *draft);

/* How often a list was published; 0: never. Any process and thread, as all that follow. */
uint64_t okta_revocations_generation(const okta_revocations *list);

/* What the current list was made of; false where there is none. */
bool okta_revocations_facts_of(const okta_revocations *list, okta_revocations_facts *facts);

/* What is known of a token. A value that is NULL is not looked for. */
typedef struct okta_revocable {
    struct {
        const char *text;
        size_t length;
    } values[OKTA_REVOKES_COUNT], issuer;
    bool has_issued_at;
    int64_t issued_at; /* seconds */
} okta_revocable;

typedef enum okta_revoked {
    OKTA_REVOKED_NO,
    OKTA_REVOKED_YES,
    OKTA_REVOKED_UNKNOWN /* there is no list */
} okta_revoked;

/* The kinds of which there are lines, a bit for each, and OKTA_REVOKES_COUNT for lines that are
 * about one issuer: no other value has to be filled in. False where there is no list. */
bool okta_revocations_kinds(const okta_revocations *list, unsigned int *kinds);

/* Whether a line says that the token is refused, and which kind of line, since when. */
okta_revoked okta_revocations_find(const okta_revocations *list, const okta_revocable *token,
                                   okta_revocation_kind *kind, int64_t *before);

/* What whoever watches the file tells all others. All zero at first. */
typedef struct okta_revocations_watch {
    okta_turn turn;
    pthread_mutex_t holder;         /* of the turn */
    _Atomic uint64_t fault;         /* okta_revocation_fault and line; 0: none */
    _Atomic int32_t unreadable;     /* errno; 0: none */
    _Atomic int64_t fault_since;    /* microseconds since the epoch */
    _Atomic uint64_t fault_content; /* of the file that was refused last */
} okta_revocations_watch;

okta_revocations_watch *okta_revocations_watch_of(okta_revocations *list);

/* A fault and its line in one word, and back; 0: none. */
uint64_t okta_revocations_pack_fault(okta_revocation_fault fault, uint64_t line);
okta_revocation_fault okta_revocations_unpack_fault(uint64_t word, uint64_t *line);

#endif
