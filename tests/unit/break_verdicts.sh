#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# break_verdicts.sh FAULT FOLDER : the source of the table of verdicts, from src/core in FOLDER, with one deliberate
# fault, on stdout. Pauses make the fault likely to be met. Where the source has other lines than those that are to
# change there is none, and the build fails.
set -eu
fault=$1 folder=$2
top='#include <sched.h>'
pause='sched_yield()'
live='store(state, (load(state) & ~LIVE) + CHANGE + LIVE);'
swaps=$(mktemp) && trap 'rm -f "$swaps"' EXIT

# swap LINE LINES : what stands for a line, which is there once, spaces at its beginning aside
swap() {
    printf '%s\t%s\n' "$1" "$2" >>"$swaps"
}

case $fault in
late_retire) # victims go when their units have other bytes
    swap 'retire(w->at, w->victims);' ''
    swap 'map = take_units(w, bytes, length);' "map = take_units(w, bytes, length); $pause; retire(w->at, w->victims);"
    ;;
early_live) # the entry is there before its words are
    swap 'map = take_units(w, bytes, length);' "$live $pause; map = take_units(w, bytes, length);"
    swap "$live" "$pause;"
    ;;
one_look) # the reader trusts what it saw at first
    swap 'if (!copy || !read_units(s->at, &map, copy, size))' "$pause; if (!copy || !read_units(s->at, &map, copy, size))"
    swap 's->has_gone = load(state) != before;' ''
    ;;
no_lock) # two write in one page
    swap 'if (!okta_robust_lock_try(mutex))' 'if (!okta_robust_lock_try(mutex) && length == 0)'
    swap 'make_room(&w, units);' "make_room(&w, units); $pause;"
    ;;
lost_lock) # the lock of one who died is not taken over
    swap 'if (outcome == EOWNERDEAD)' 'if (outcome == EOWNERDEAD && lock == NULL)'
    ;;
early_farewell) # a rewritten entry goes before the new one is there
    swap 'retire(w->at, w->victims);' 'retire(w->at, w->victims | w->former);'
    swap 'retire(w->at, w->former & ~w->victims);' ''
    ;;
used_twice) # units of live entries are taken for free
    swap 'w->units.words[k] &= ~used.words[k];' 'w->units.words[k] &= ~(used.words[k] & ~UINT64_C(1) << 40);'
    ;;
*)
    echo "no fault \"$fault\"" >&2
    exit 2
    ;;
esac

broken() {
    printf '%s\n' "$top"
    awk -F '\t' -v wanted="$(wc -l <"$swaps")" '
        NR == FNR { with[$1] = $2; next }
        { line = $0; sub(/^ +/, "", line) }
        line in with { print with[line]; swapped[line]++; next }
        { print }
        END {
            for (line in swapped)
                if (swapped[line] == 1)
                    found++
            exit found != wanted
        }' "$swaps" "$1"
}

for source in "$folder"/src/core/verdict*.c "$folder"/src/core/robust_lock.c; do
    if text=$(broken "$source"); then
        printf '%s\n' "$text"
        exit 0
    fi
done
echo "break_verdicts.sh: no source of the table has the lines that \"$fault\" changes" >&2
exit 1
