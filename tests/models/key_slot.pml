/* SPDX-License-Identifier: Apache-2.0 */
/* The slot that a key set is published in (core/slot.c).
 *
 * Two writers publish twice each: the first one in turn 1, until the second takes turn 2. They may
 * be killed or stand still for ever at any step; that the first one stands still for a while and
 * goes on when its turn has ended is a matter of the order of steps. A third one publishes at last.
 * Two readers copy what is published.
 *
 * Smaller than C's: a buffer has two words, the length and one more. Weaker than C's: the loads of
 * the current word by writers are sequentially consistent there, and acquire loads here.
 *
 * When readers make their steps, and what the macros are for: see verdicts.pml. COPIES_ONLY passes
 * over what goes wrong without a copy that is torn. */

/* Orderings. */
#ifdef NO_RELEASE_DATA     /* C: fill */
#define STORE_DATA RELAXED
#else
#define STORE_DATA RELEASE
#endif
#ifdef NO_RELEASE_CURRENT  /* C: okta_slot_publish_in_turn */
#define STORE_CURRENT RELAXED
#else
#define STORE_CURRENT RELEASE
#endif
#ifdef NO_ACQUIRE_CURRENT  /* C: okta_slot_read */
#define LOAD_CURRENT RELAXED
#else
#define LOAD_CURRENT ACQUIRE
#endif
#ifdef NO_ACQUIRE_DATA     /* C: okta_slot_read for the length, copy_out */
#define LOAD_DATA RELAXED
#else
#define LOAD_DATA ACQUIRE
#endif

#define WRITERS 3
#define LAST 3 /* it writes when the others have come to rest, and nothing happens to it */

#ifdef TWO_BUFFERS
#define BUFFERS 2
#else
#define BUFFERS 3
#endif

/* a region for each buffer, and one for the current word */
#define CURRENT BUFFERS
#define REGIONS (BUFFERS + 1)
#define STORES 16
#include "memory.pml"

/* words of a buffer */
#define WORD 0
#define LENGTH 1
#define BASE 2 /* stores to a buffer at first */

/* current_word, packed */
#define PACK(generation, turn, buffer) ((generation) + 8 * (turn) + 32 * (buffer))
#define GENERATION_OF(word) ((word) & 7)
#define TURN_OF(word) ((word) / 8 & 3)
#define BUFFER_OF(word) ((word) / 32)
#define AUTHOR(writer, publication) (2 * ((writer) - 1) + (publication) + 1)

/* each publication has a number that none had before: okta_verdicts_next_generation */
byte generations = 0;

byte published = 0;  /* so far */
byte ordinal[7];     /* of an author's publication */

/* locks of the buffers, with what the last holder had seen of the current word */
#define FREE 0
#define OWNER_DEAD 100
typedef mutex {
    byte holder;
    byte seen;
}
mutex locks[BUFFERS];

byte resting = 0;         /* writers that have ended, were killed or stand still */
byte standing = 0;        /* writers that stand still */
byte readers_ended = 0;

/* the assertions, by name */
hidden byte no_torn_copy;
hidden byte reader_retries_only_after_a_publication;
hidden byte turn_has_not_ended;
hidden byte lock_can_be_had;
hidden byte slot_can_be_written;
hidden byte copy_never_happens;

/* at: the newest current word; view and value with it, as an exchange sees it */
inline newest_current()
{
    at = memory[CURRENT].count;
    word = memory[CURRENT].value[at]
}

inline load_current()
{
    load(CURRENT, 0, at, view);
    see(CURRENT, at, ACQUIRE, view, ignored);
    word = memory[CURRENT].value[at]
}

/* view of the current word, of who has got the lock from its last holder */
inline take_view(i)
{
    view = (locks[i].seen > view -> locks[i].seen : view)
}

/* after any step a process may be killed, or stand still for ever */
#define MAY_END                                                                                    \
    if                                                                                             \
    :: true                                                                                        \
    :: me != LAST -> goto killed                                                                   \
    :: me != LAST -> goto stands_still                                                             \
    fi

proctype writer(byte me; byte turn)
{
    byte view, at, word, seen, buffer, publication, author, generation, ignored;

    me != LAST || resting == WRITERS - 1;
    view = 1;
    if
    :: turn > 1 ->
        /* C: okta_slot_hand_over */
        atomic {
            newest_current();
            store(CURRENT, 0, PACK(GENERATION_OF(word), turn, BUFFER_OF(word)),
                  memory[CURRENT].author[at], RELEASE,
                  (memory[CURRENT].carries[at] == NOTHING -> BASE : memory[CURRENT].carries[at]));
            view = memory[CURRENT].count;
            at = 0; word = 0
        }
    :: else
    fi;
    do
    :: publication < 2 ->
        author = AUTHOR(me, publication);
#ifdef NO_GENERATION
        generation = 1;
#else
        atomic { generations++; generation = generations }
#endif
        /* C: okta_slot_publish_in_turn */
        atomic {
            load_current();
            seen = word;
            at = 0; word = 0;
            if
            :: TURN_OF(seen) != turn -> break
            :: else
            fi;
            buffer = 0
        }
        /* C: take_spare */
        do
        :: buffer < BUFFERS ->
            atomic {
#ifndef NO_LOCK
                if
                :: locks[buffer].holder == FREE || locks[buffer].holder == OWNER_DEAD ->
                    locks[buffer].holder = me;
                    take_view(buffer)
                :: else -> goto next
                fi
#else
                skip
#endif
            }
            MAY_END;
            atomic {
                load_current();
                ignored = BUFFER_OF(word);
                at = 0; word = 0;
#ifndef NO_SPARE_CHECK
                if
                :: ignored == buffer ->
                    ignored = 0;
                    locks[buffer].holder = FREE;
                    locks[buffer].seen = view;
                    goto next
                :: else
                fi;
#endif
                ignored = 0
            }
            break;
next:       buffer++
        :: else -> goto ends
        od;
        MAY_END;
        /* C: fill */
        atomic { store(buffer, WORD, 0, author, STORE_DATA, view) }
        MAY_END;
        atomic { store(buffer, LENGTH, 0, author, STORE_DATA, view) }
        MAY_END;
        /* the exchange */
        atomic {
            newest_current();
#ifdef NO_EXCHANGE
            if
            :: true ->
                word = seen;
#else
            if
#ifdef NO_FENCING
            :: word - 8 * TURN_OF(word) == seen - 8 * TURN_OF(seen) ->
#else
            :: word == seen ->
#endif
#endif
                turn_has_not_ended = (TURN_OF(memory[CURRENT].value[at]) == turn);
#ifndef COPIES_ONLY
                assert(turn_has_not_ended);
#endif
                store(CURRENT, 0, PACK(generation, TURN_OF(word), buffer), author,
                      STORE_CURRENT, memory[buffer].count);
                published++;
                ordinal[author] = published
            :: else
            fi;
            view = memory[CURRENT].count;
            at = 0; word = 0; seen = 0
        }
        MAY_END;
        atomic {
            locks[buffer].holder = FREE;
            locks[buffer].seen = view
        }
        publication++
    :: else -> break
    od;
    goto ends;
killed:
    /* the kernel does it */
    atomic {
#ifndef NOT_ROBUST
        locks[buffer].holder = OWNER_DEAD;
        locks[buffer].seen = view;
#endif
        goto ends
    }
stands_still:
    standing++;
ends:
    atomic {
        view = 0; at = 0; word = 0; seen = 0; buffer = 0; publication = 0; author = 0; generation = 0;
        ignored = 0;
        resting++
    }
}

#ifdef ANY_TIME
#define AT_REST true
#define IN_ONE_PIECE
#else
#define AT_REST (resting == WRITERS)
#define IN_ONE_PIECE atomic
#endif

inline fetch(f_word)
{
    atomic {
        load(buffer, f_word, at, seen);
        see(buffer, at, LOAD_DATA, seen, view);
        torn = torn || memory[buffer].author[at] != author
    }
}

/* C: okta_slot_read */
inline read_slot()
{
    do
    :: true ->
        atomic {
            load(CURRENT, 0, at, view);
            first = at;
            generation = GENERATION_OF(memory[CURRENT].value[at]);
            buffer = BUFFER_OF(memory[CURRENT].value[at]);
            author = memory[CURRENT].author[at];
            seen = BASE;
            torn = false;
            see(CURRENT, at, LOAD_CURRENT, view, seen)
        }
        if
        :: generation == 0 -> break
        :: else
        fi;
        if
        :: began == 0 -> began = author
        :: else
        fi;
        fetch(LENGTH);
        fetch(WORD);
        /* relaxed, but not older than what it saw first */
        atomic {
            view = (first > view -> first : view);
#ifdef NO_RECHECK
            word = generation;
#else
            load(CURRENT, 0, at, view);
            view = at;
            word = GENERATION_OF(memory[CURRENT].value[at])
#endif
        }
        if
        :: word == generation ->
            no_torn_copy = !torn;
            assert(no_torn_copy);
            reader_retries_only_after_a_publication = (retries <= ordinal[author] - ordinal[began]);
            assert(reader_retries_only_after_a_publication);
            break
        :: else -> retries++
        fi
    od
}

proctype reader()
{
    byte view, at, first, word, generation, buffer, author, seen, began, retries;
    bool torn;

    AT_REST;
#ifdef READER_WAITS
    locks[0].holder == FREE || locks[0].holder == OWNER_DEAD;
#endif
    IN_ONE_PIECE {
        view = 1;
        read_slot();
#ifdef NEVER_COPIED
        copy_never_happens = (author != NEVER_COPIED);
        assert(copy_never_happens);
#endif
        atomic {
            view = 0; at = 0; first = 0; word = 0; generation = 0; buffer = 0; author = 0;
            seen = 0; began = 0; retries = 0; torn = false;
            readers_ended++
        }
    }
}

/* When all is over: has the last writer published? */
proctype judge()
{
    byte i, free;

    atomic {
        readers_ended == 2 && resting == WRITERS;
        do
        :: i < BUFFERS ->
            if
            :: locks[i].holder == FREE || locks[i].holder == OWNER_DEAD -> free++
            :: else
            fi;
            i++
        :: else -> break
        od;
        lock_can_be_had = (free + standing == BUFFERS);
        assert(lock_can_be_had);
        /* who stands still keeps one buffer; where two do, the slot is busy */
        slot_can_be_written = (memory[CURRENT].author[memory[CURRENT].count] == AUTHOR(LAST, 1) ||
                               standing > 1);
        assert(slot_can_be_written)
    }
}

init {
    byte i;

    atomic {
        do
        :: i < BUFFERS ->
            store(i, WORD, 0, 0, RELAXED, 0);
            store(i, LENGTH, 0, 0, RELAXED, 0);
            i++
        :: else -> break
        od;
        /* C: okta_slot_init: buffer 0 is current, and of no generation */
        store(CURRENT, 0, PACK(0, 1, 0), 0, RELAXED, 0);
        run writer(1, 1);
        run writer(2, 2);
#ifdef ANY_TIME
        resting++;
#else
        run writer(LAST, LAST);
#endif
#ifdef ONE_READER
        readers_ended++;
#else
        run reader();
#endif
        run reader();
#if !defined ANY_TIME && !defined COPIES_ONLY
        run judge()
#endif
    }
}
