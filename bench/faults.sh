#!/usr/bin/env bash
# faults.sh - round trips of a FAULT answered DONE: host time of each, without what the VMM executes.
#
# usage: bench/faults.sh; N=rounds. At depth 1 and 16, to the direct parent; then exits that suspend n
# levels. `alone` is the VMM's loop with a store to memory in place of ENTER. One line a row at the end:
# (median of the trips - median of the same run with one trip) / trips - the same of `alone`.
# shellcheck source=machine.sh disable=SC1091
. "$(dirname "$0")/machine.sh"
trips=4000000

# measure TRIPS NAME=ARGS@DEPTH...: medians into the array `ns`, by name.
declare -A ns
measure() {
    local n=$1 all=() row name args depth
    shift
    for row; do
        name=${row%%=*} args=${row#*=} depth=${row##*@}
        args=${args%@*}
        for t in "$n" 1; do
            guest faults "trips=$t $args" --memory 4M --depth "$depth"
            [ ${#all[@]} = 0 ] || all+=(--)
            all+=("$name:$t" "${words[@]}")
        done
    done
    "$B/bench/clock" -n "$N" "${all[@]}" >"$B/bench/faults.txt" || { cat "$B/bench/faults.txt"; exit 1; }
    sed '/ says: /d' "$B/bench/faults.txt"
    for row; do
        name=${row%%=*}
        ns[$name]=$(awk -v name="$name" -v n="$n" '$1 == name ":" n { a = $2 } $1 == name ":1" { b = $2 }
            END { printf "%.1f", (a - b) / n * 1e9 }' "$B/bench/faults.txt")
    done
}

need "$B/frond" "$B/bench/clock" "$B/guest/faults.elf"
machine
measure $trips alone=alone=1@0 depth-1=levels=1@0 depth-16=levels=1@15
measure $((trips / 10)) levels-2=levels=2@0 levels-4=levels=4@0 levels-16=levels=16@0 levels-64=levels=64@0 \
    levels-256=levels=256@0
echo "the VMM's own loop: ${ns[alone]} ns a turn"
for name in depth-1 depth-16 levels-2 levels-4 levels-16 levels-64 levels-256; do
    awk -v name="$name" -v all="${ns[$name]}" -v own="${ns[alone]}" 'BEGIN {
        printf "%-11s %8.1f ns a round trip, %8.1f without the loop", name, all, all - own
        if (split(name, part, "-") == 2 && part[1] == "levels")
            printf ", %6.1f a level", (all - own) / part[2]
        print "" }'
done
