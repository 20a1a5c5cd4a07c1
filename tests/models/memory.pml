/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of C11 with release and acquire, for models of what lies in shared memory.
 *
 * Nothing is overwritten: a region is the list of the stores to it, in their order, and a load may
 * take an old one. What it must not take is a store older than one that its process has seen. What
 * a process has seen (its view) is the number of a store: that one and all before it. A release
 * store carries the view of its process; an acquire load adds what the store carries to the view of
 * the reader. A relaxed store carries nothing, so those who see it may miss what was stored before;
 * a relaxed load adds nothing, so it may as well have been done early, or later loads before it.
 *
 * A view is one number for each region because the stores to a region are made by who has seen all
 * earlier ones: by who holds its lock, or by an exchange. This is weaker than processors are (no
 * two readers need agree on the order of two stores), and as weak as C11, but for stores that
 * overtake an earlier load of the same process. Nobody stores what hangs on such a load, except
 * behind a lock.
 *
 * A model defines REGIONS, STORES (the most for a region), includes this, and makes a first store to
 * each place before processes start: number 0 is none. */

typedef region {
    byte count;            /* number of the newest store */
    byte where[STORES];    /* the word in the region */
    byte value[STORES];    /* what C sees */
    byte author[STORES];   /* which entry it belongs to: only the assertions look at this */
    byte carries[STORES];  /* a release store: the view of another region; else NOTHING */
}
region memory[REGIONS];

#define NOTHING 255

#define RELEASE true
#define RELAXED false
#define ACQUIRE true

/* carried: what the process has seen of the other region (0 where there is none) */
inline store(s_region, s_word, s_value, s_author, s_release, carried)
{
    memory[s_region].count++;
    assert(memory[s_region].count < STORES);
    memory[s_region].where[memory[s_region].count] = s_word;
    memory[s_region].value[memory[s_region].count] = s_value;
    memory[s_region].author[memory[s_region].count] = s_author;
    memory[s_region].carries[memory[s_region].count] = (s_release -> carried : NOTHING)
}

/* at: the newest store to w before limit */
inline before(b_region, b_word, b_at, b_limit)
{
    b_at = b_limit - 1;
    do
    :: memory[b_region].where[b_at] == b_word -> break
    :: else -> b_at--
    od;
    skip
}

inline newest(n_region, n_word, n_at)
{
    before(n_region, n_word, n_at, memory[n_region].count + 1)
}

/* at: the newest store to w, or any older one that view lets a load take */
inline load(l_region, l_word, l_at, l_view)
{
    d_step { newest(l_region, l_word, l_at) };
    do
    :: break
    :: l_at > l_view -> d_step { before(l_region, l_word, l_at, l_at) }
    od
}

/* after a load: what it adds to the view of its own region and of the other one */
inline see(v_region, v_at, acquires, v_view, v_other)
{
    if
    :: acquires && memory[v_region].carries[v_at] != NOTHING ->
        if
        :: v_at > v_view -> v_view = v_at
        :: else
        fi;
        if
        :: memory[v_region].carries[v_at] > v_other -> v_other = memory[v_region].carries[v_at]
        :: else
        fi
    :: else
    fi
}
