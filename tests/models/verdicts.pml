/* SPDX-License-Identifier: Apache-2.0 */
/* The table of verdicts that all processes share (core/verdicts.c): one page.
 *
 * Two writers, one of the old configuration and one of the new, put an entry into a page that is
 * full, so that each takes place and units from others. They may be killed or stand still for ever
 * at any step. Two readers, of either configuration, look for a digest. Meanwhile the old refresher
 * publishes a key set, and a restart happens, which copies the one or the other; then the new
 * refresher publishes.
 *
 * Smaller than C's: two places, three units of one word, entries of one or two units. Larger than
 * C's: a writer takes any place and any victim, not those of a hand. So the hint that a reader
 * leaves for the hand plays no part, and readers store nothing.
 *
 * A find is one look at all places. C looks once more where an entry went meanwhile; that is a find
 * of its own, which has seen more. C reads a place's head before it says that the place is not live:
 * nothing comes of that.
 *
 * A load may take any store that is not too old, so to a reader it is the same when its steps are
 * made, and whether there are other readers: each goes through a find in one piece after the
 * writers have come to rest, over every history that they can leave. With -DANY_TIME it makes its
 * steps one by one beside the writers'. That takes longer, so one digest is looked for and put, the
 * restart has been, nothing is published, and there is ONE_READER or ONE_WRITER.
 *
 * The other macros that are asked for below each leave something out. The test shows that it is
 * missed. HITS_ONLY passes over what goes wrong before a hit does. */

/* Orderings. C has one function for all loads and one for all stores, so it orders more than this
 * (entries are retired by release stores too). */
#ifdef NO_RELEASE_META     /* C: write_entry: map, digest, generation */
#define STORE_META RELAXED
#else
#define STORE_META RELEASE
#endif
#ifdef NO_RELEASE_DATA     /* C: write_unit */
#define STORE_DATA RELAXED
#else
#define STORE_DATA RELEASE
#endif
#ifdef NO_RELEASE_PUBLISH  /* C: write_entry: the state at its end */
#define STORE_LIVE RELAXED
#else
#define STORE_LIVE RELEASE
#endif
#ifdef NO_ACQUIRE_STATE    /* C: okta_verdicts_find */
#define LOAD_STATE RELAXED
#else
#define LOAD_STATE ACQUIRE
#endif
#ifdef NO_ACQUIRE_META     /* C: is_of, read_head */
#define LOAD_META RELAXED
#else
#define LOAD_META ACQUIRE
#endif
#ifdef NO_ACQUIRE_DATA     /* C: read_unit */
#define LOAD_DATA RELAXED
#else
#define LOAD_DATA ACQUIRE
#endif

#define REGIONS 1
#define STORES 48
#include "memory.pml"

#define PAGE 0
#define PLACES 2
#define UNITS 3
#define ALL_UNITS 7

/* words of the page */
#define STATE(p) (p)
#define DIGEST(p) (PLACES + (p))
#define GENERATION(p) (2 * PLACES + (p))
#define BITMAP(p) (3 * PLACES + (p))
#define UNIT(u) (4 * PLACES + (u))

/* a state: sequence and live */
#define IS_LIVE(state) ((state) & 1)
#ifdef NO_SEQUENCE
#define RETIRED(state) 0
#define LIVE(state) 1
#else
#define RETIRED(state) (((state) & 254) + 2)
#define LIVE(state) (((state) & 254) + 3)
#endif

#define NONE 255

/* entries, by author: two that are there at first, one of each writer, two of the judge */
#define AUTHORS 7
byte digest_of[AUTHORS];
byte set_of[AUTHORS];

/* the page's mutex */
#define FREE 0
#define OWNER_DEAD 100
byte lock = FREE;

/* Key sets, each with its generation; what each configuration has had in force, in turn. */
#define OLD 0
#define NEW 1
typedef published {
    byte count;
    byte generation[3];
    byte set[3];
}
published keys[2];
byte resting = 0; /* writers that have ended, were killed or stand still; refresher, restart */
byte standing = 0; /* writers that stand still */
byte readers_ended = 0;

#define BASE 11 /* stores that fill the page at first */

/* the assertions, by name */
hidden byte no_torn_head;
hidden byte no_torn_hit;
hidden byte digest_is_what_was_asked_for;
hidden byte keys_are_in_force;
hidden byte reader_is_bounded;
hidden byte known_token_is_findable;
hidden byte no_unit_is_shared;
hidden byte lock_can_be_had;
hidden byte place_can_be_filled;
hidden byte hit_never_happens;

/* The value of a word as its lock's holder sees it: the newest. */
inline value_of(o_word, result)
{
    newest(PAGE, o_word, at);
    result = memory[PAGE].value[at]
}

/* A publication (httpd/keystore.c): a key set, with a generation that none had before. Which one of those that
 * are left is the same to all, so it is the set's number. */
inline publish_keys(configuration, number)
{
    keys[configuration].count++;
    keys[configuration].set[keys[configuration].count] = number;
#ifdef NO_UNIQUE_GENERATION
    keys[configuration].generation[keys[configuration].count] = keys[configuration].count
#else
    keys[configuration].generation[keys[configuration].count] = number
#endif
}

/* A restart (core/slot.c): what the old configuration has in force goes to the new one, as the same
 * generation */
inline take_over(which)
{
    keys[NEW].count = 1;
    keys[NEW].set[1] = keys[OLD].set[which];
    keys[NEW].generation[1] = keys[OLD].generation[which]
}

/* kept: the place of an older entry of the digest. used: units that are neither free nor a
 * victim's. Chooses place, victims, units; place is NONE where there is no room. */
inline choose(c_digest, c_size)
{
    d_step {
        kept = NONE;
        p = 0;
        do
        :: p < PLACES ->
            value_of(STATE(p), state);
            value_of(DIGEST(p), word);
            if
            :: IS_LIVE(state) && word == c_digest -> kept = p
            :: else
            fi;
            p++
        :: else -> break
        od
    }
#ifdef EVICT_KNOWN
    if
    :: place = 0
    :: place = 1
    fi;
#else
    if
    :: kept != 0 -> place = 0
    :: kept != 1 -> place = 1
    fi;
#endif
    /* with two places there is one other: it is a victim if that makes room, and nothing else does */
    victim = NONE;
    do
    :: true ->
       d_step {
        used = 0;
        p = 0;
        do
        :: p < PLACES ->
            value_of(STATE(p), state);
            value_of(BITMAP(p), word);
#ifdef COUNT_DEAD
            if
            :: p != place && p != victim -> used = used | word
#else
            if
            :: IS_LIVE(state) && p != place && p != victim -> used = used | word
#endif
            :: else
            fi;
            p++
        :: else -> break
        od;
        /* the lowest free units */
        units = 0;
        missing = c_size;
        p = 0;
        do
        :: p < UNITS && missing > 0 ->
            if
            :: used & (1 << p)
            :: else -> units = units | (1 << p); missing--
            fi;
            p++
        :: else -> break
        od;
        value_of(STATE(1 - place), state);
        is_live = IS_LIVE(state);
        state = 0; word = 0; p = 0; at = 0
       }
       if
       :: missing == 0 -> break
       :: missing > 0 && victim == NONE && is_live ->
            victim = 1 - place;
            /* C: make_room, the third round: the former entry, where there is no room without it */
            kept = (kept == victim -> NONE : kept)
#ifdef COUNT_DEAD
       :: missing > 0 && (victim != NONE || !is_live) -> place = NONE; break
#endif
       fi
    od;
    used = 0;
    missing = 0
}

/* a place's state, as a store */
inline set_state(q, live, how, by)
{
    value_of(STATE(q), state);
    state = (live -> LIVE(state) : RETIRED(state));
    store(PAGE, STATE(q), state, by, how, 0);
    state = 0; at = 0
}

/* A known token, that is one with an older entry, has a live one after each store. */
inline check_findable(f_digest)
{
    d_step {
        known_token_is_findable = (kept == NONE);
        p = 0;
        do
        :: p < PLACES ->
            value_of(STATE(p), state);
            value_of(DIGEST(p), word);
            if
            :: IS_LIVE(state) && word == f_digest -> known_token_is_findable = true
            :: else
            fi;
            p++
        :: else -> break
        od;
#ifndef HITS_ONLY
        assert(known_token_is_findable);
#endif
        state = 0; word = 0; p = 0; at = 0
    }
}

inline check_units()
{
    d_step {
        value_of(STATE(0), state);
        value_of(STATE(1), word);
        if
        :: IS_LIVE(state) && IS_LIVE(word) ->
            value_of(BITMAP(0), state);
            value_of(BITMAP(1), word);
            no_unit_is_shared = ((state & word) == 0);
#ifndef HITS_ONLY
            assert(no_unit_is_shared)
#endif
        :: else
        fi;
        state = 0; word = 0; at = 0
    }
}

/* after any step a process may be killed, or stand still for ever */
#define MAY_END                                                                                    \
    if                                                                                             \
    :: true                                                                                        \
    :: true -> goto killed                                                                         \
    :: true -> goto stands_still                                                                   \
    fi

inline retire_victim()
{
    if
    :: victim != NONE ->
        atomic { set_state(victim, false, RELAXED, me); check_findable(digest) }
        MAY_END
    :: else
    fi
}

proctype writer(byte me; byte configuration)
{
    byte digest, size, generation, place, kept, victim, units;
    byte used, missing, p, at, state, word;
    bool is_live;

    /* the token was verified by a key set of the writer's configuration, not always the newest */
    atomic {
        keys[configuration].count > 0;
        if
        :: keys[configuration].count > 0 -> p = 1
        :: keys[configuration].count > 1 -> p = 2
        fi;
        generation = keys[configuration].generation[p];
        set_of[me] = keys[configuration].set[p];
        p = 0;
        if
        :: digest = 1
#ifndef ANY_TIME
        :: digest = 3
#endif
        fi;
        digest_of[me] = digest;
        if
        :: size = 1
        :: size = 2
        fi
    }

    /* C: okta_verdicts_put */
    atomic {
#ifndef NO_LOCK
        if
        :: lock == FREE
        :: lock == OWNER_DEAD /* made consistent; there is nothing to be mended */
        :: lock != FREE && lock != OWNER_DEAD -> goto gives_up
        fi;
        lock = me;
#endif
        /* C: survey, find_former, make_room: only loads, of what nobody else may store */
        choose(digest, size);
#ifdef COUNT_DEAD
        if
        :: place == NONE -> goto unlock
        :: else
        fi
#endif
    }
    MAY_END;

    /* C: write_entry, retire: a place that is not live stays as it is */
#ifndef RETIRE_VICTIM_LATE
    retire_victim();
#endif
#ifdef RETIRE_KNOWN_FIRST
    if
    :: kept != NONE -> atomic { set_state(kept, false, RELAXED, me); check_findable(digest) }
    :: else
    fi;
#endif
#ifndef NO_RETIRE_PLACE
    atomic {
        value_of(STATE(place), state);
        is_live = IS_LIVE(state);
        if
        :: is_live -> set_state(place, false, RELAXED, me); check_findable(digest)
        :: else
        fi;
        is_live = false; state = 0; at = 0
    }
    MAY_END;
#endif

    /* C: take_units, write_unit */
    p = 0;
    do
    :: p < UNITS && (units & (1 << p)) ->
        d_step { store(PAGE, UNIT(p), 0, me, STORE_DATA, 0) };
        MAY_END;
        p++
    :: p < UNITS && !(units & (1 << p)) -> p++
    :: p == UNITS -> break
    od;
    p = 0;
    d_step { store(PAGE, BITMAP(place), units, me, STORE_META, 0) };
    MAY_END;
    d_step { store(PAGE, DIGEST(place), digest, me, STORE_META, 0) };
    MAY_END;
    d_step { store(PAGE, GENERATION(place), generation, me, STORE_META, 0) };
    MAY_END;

    /* it is there */
    atomic { set_state(place, true, STORE_LIVE, me); check_findable(digest); check_units() }
    MAY_END;
#ifdef RETIRE_VICTIM_LATE
    retire_victim();
#endif

    /* C: retire: the former one goes when the new one is there */
    if
    :: kept != NONE && kept != place ->
        atomic { set_state(kept, false, RELAXED, me); check_findable(digest) }
        MAY_END
    :: else
    fi;

unlock:
    atomic {
        if
        :: lock == me -> lock = FREE
        :: else
        fi;
        goto gives_up
    }
killed:
    atomic {
#ifndef NOT_ROBUST
        if
        :: lock == me -> lock = OWNER_DEAD
        :: else
        fi;
#endif
        goto gives_up
    }
stands_still:
    standing++;
gives_up:
    atomic {
        digest = 0; size = 0; generation = 0; place = 0; kept = 0; victim = 0; units = 0;
        p = 0; at = 0; state = 0; word = 0; is_live = false;
        resting++
    }
}

proctype refresher()
{
    atomic { publish_keys(OLD, 2); resting++ }
}

proctype restart()
{
    atomic {
        if
        :: take_over(1)
        :: keys[OLD].count > 1 -> take_over(2)
        fi
    }
    atomic { publish_keys(NEW, 3); resting++ }
}

/* one load of a find: w, for the entry that is being looked at */
inline fetch(f_word, f_acquire)
{
    atomic {
        load(PAGE, f_word, at, view);
        see(PAGE, at, f_acquire, view, none);
        torn = torn || memory[PAGE].author[at] != author;
        loads++
    }
}

/* the state once more: not older than what was seen first */
inline recheck()
{
    atomic {
        u = (first > view -> first : view);
        load(PAGE, STATE(p), at, u);
        loads++
    }
    if
    :: memory[PAGE].value[at] != state -> goto next
    :: else
    fi
}

#define LOADS_MAX (PLACES * (6 + UNITS))

#ifdef ANY_TIME
#define AT_REST true
#define IN_ONE_PIECE
#else
#define AT_REST (resting == 4)
#define IN_ONE_PIECE atomic
#endif

proctype reader(byte configuration)
{
    byte digest, p, u, view, at, first, state, generation, units, author, begun, in_force, loads, none;
    bool torn;

    keys[configuration].count > 0 && AT_REST;
#ifdef READER_WAITS
    lock == FREE || lock == OWNER_DEAD;
#endif
    IN_ONE_PIECE {
        if
        :: digest = 1
#ifndef ANY_TIME
        :: digest = 3
#endif
        fi;
        view = BASE;
        /* what the reader has seen of its key sets when it begins */
        if
        :: begun = 1
        :: keys[configuration].count > 1 -> begun = 2
        fi;
        do
        :: p < PLACES ->
            /* C: okta_verdicts_find. Its tags say only where to look first. */
            atomic {
                load(PAGE, STATE(p), at, view);
                first = at;
                state = memory[PAGE].value[at];
                author = memory[PAGE].author[at];
                torn = false;
                loads++;
                see(PAGE, at, LOAD_STATE, view, none)
            }
            if
            :: !IS_LIVE(state) -> goto next
            :: else
            fi;
            /* C: is_of */
            fetch(DIGEST(p), LOAD_META);
#ifndef NO_DIGEST_CHECK
            if
            :: memory[PAGE].value[at] != digest -> goto next
            :: else
            fi;
#endif
            /* C: read_head */
            fetch(BITMAP(p), LOAD_META);
            units = memory[PAGE].value[at];
            fetch(GENERATION(p), LOAD_META);
            generation = memory[PAGE].value[at];
#ifndef NO_FIRST_RECHECK
            recheck();
#endif
            /* C: read_entry: what `holds` is asked about */
            no_torn_head = !torn;
#ifndef HITS_ONLY
            assert(no_torn_head);
#endif
            if
            :: in_force = begun
            :: begun < 2 && keys[configuration].count > 1 -> in_force = 2
            fi;
#ifndef NO_GENERATION_CHECK
            if
            :: generation != keys[configuration].generation[in_force] -> goto next
            :: else
            fi;
#endif
            /* C: read_units */
            u = 0;
            do
            :: u < UNITS && (units & (1 << u)) -> fetch(UNIT(u), LOAD_DATA); u++
            :: u < UNITS && !(units & (1 << u)) -> u++
            :: u == UNITS -> break
            od;
            /* C: read_entry */
#ifndef NO_RECHECK
            recheck();
#endif
            /* a hit */
            atomic {
                no_torn_hit = !torn;
                assert(no_torn_hit);
                digest_is_what_was_asked_for = (digest_of[author] == digest);
                assert(digest_is_what_was_asked_for);
                keys_are_in_force = (set_of[author] == keys[configuration].set[in_force]);
                assert(keys_are_in_force);
#ifdef NEVER_HIT
                hit_never_happens = (author != NEVER_HIT);
                assert(hit_never_happens)
#endif
            }
            break;
next:       p++
        :: else -> break
        od;
        atomic {
            reader_is_bounded = (loads <= LOADS_MAX);
            assert(reader_is_bounded);
            digest = 0; p = 0; u = 0; view = 0; at = 0; first = 0; state = 0; units = 0; generation = 0;
            author = 0; begun = 0; in_force = 0; loads = 0; torn = false; none = 0;
            readers_ended++
        }
    }
}

/* an entry in one step, by who has the lock and is not disturbed */
inline put(p_author)
{
    d_step {
        if
        :: victim != NONE -> set_state(victim, false, RELAXED, p_author)
        :: else
        fi;
        set_state(place, false, RELAXED, p_author);
        store(PAGE, DIGEST(place), p_author, p_author, STORE_META, 0);
        store(PAGE, BITMAP(place), units, p_author, STORE_META, 0);
        set_state(place, true, STORE_LIVE, p_author)
    }
}

/* When all is over: is every place still of use, and every unit? */
proctype judge()
{
    byte place, kept, victim, units, filled;
    byte used, missing, p, at, state, word;
    bool is_live;

    atomic {
        readers_ended == 2 && resting == 4;
        if
        :: standing > 0 -> goto ended /* the page is read on, and not written */
        :: else
        fi;
        lock_can_be_had = (lock == FREE || lock == OWNER_DEAD);
        assert(lock_can_be_had);
        choose(5, 2);
        place_can_be_filled = (place != NONE);
        assert(place_can_be_filled);
        put(5);
        filled = place;
        choose(6, 1);
        if
        :: place == filled -> goto ended
        :: else
        fi;
        place_can_be_filled = (place != NONE && victim == NONE);
        assert(place_can_be_filled);
        put(6);
        check_units();
        value_of(BITMAP(0), state);
        value_of(BITMAP(1), word);
        place_can_be_filled = ((state | word) == ALL_UNITS);
        assert(place_can_be_filled)
    }
ended:
    skip
}

init {
    atomic {
        /* the page is full: digest 1 in place 0, and digest 2, which nobody asks for, in place 1 */
        store(PAGE, STATE(0), 1, 1, RELAXED, 0);
        store(PAGE, DIGEST(0), 1, 1, RELAXED, 0);
        store(PAGE, GENERATION(0), 1, 1, RELAXED, 0);
        store(PAGE, BITMAP(0), 3, 1, RELAXED, 0);
        store(PAGE, UNIT(0), 0, 1, RELAXED, 0);
        store(PAGE, UNIT(1), 0, 1, RELAXED, 0);
        store(PAGE, STATE(1), 1, 2, RELAXED, 0);
        store(PAGE, DIGEST(1), 2, 2, RELAXED, 0);
        store(PAGE, GENERATION(1), 1, 2, RELAXED, 0);
        store(PAGE, BITMAP(1), 4, 2, RELAXED, 0);
        store(PAGE, UNIT(2), 0, 2, RELAXED, 0);
        assert(memory[PAGE].count == BASE);
        digest_of[1] = 1;
        set_of[1] = 1;
        digest_of[2] = 2;
        set_of[2] = 1;
        publish_keys(OLD, 1);
        run writer(3, OLD);
#ifdef ONE_WRITER
        resting++;
#else
        run writer(4, NEW);
#endif
#ifdef ANY_TIME
        take_over(1);
        resting = resting + 2;
#else
        run refresher();
        run restart();
#endif
#ifndef ONE_READER
        run reader(OLD);
#else
        readers_ended++;
#endif
        run reader(NEW);
        run judge()
    }
}
