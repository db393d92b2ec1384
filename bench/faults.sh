#!/usr/bin/env bash
# faults.sh - round trips of a FAULT answered DONE: host time of each, without what the VMM executes.
#
# usage: bench/faults.sh; N=rounds. At depth 1 and 16, to the direct parent; then exits that suspend n
# levels. `alone` is the VMM's loop with a store to memory in place of ENTER. Each row also runs with
# one trip, and (median - median with one trip) / trips is told, with and without the loop.
# shellcheck source=machine.sh disable=SC1091
. "$(dirname "$0")/machine.sh"
trips=6000000
tell=$B/bench/faults.txt

# name, levels that an exit suspends, depth of the VMM, other arguments
rows=(alone:1:0:alone=1 depth-1:1:0: depth-16:1:15: levels-2:2:0: levels-4:4:0: levels-16:16:0:
    levels-64:64:0: levels-256:256:0:)

need "$B/frond" "$B/bench/clock" "$B/guest/faults.elf"
machine
all=()
for row in "${rows[@]}"; do
    IFS=: read -r name levels depth args <<<"$row"
    for n in $((trips / levels)) 1; do
        guest faults "trips=$n levels=$levels $args" --memory 4M --depth "$depth"
        [ ${#all[@]} = 0 ] || all+=(--)
        all+=("$name:$n" "${words[@]}")
    done
done
"$B/bench/clock" -n "$N" "${all[@]}" >"$tell" || { cat "$tell"; exit 1; }
sed '/ says: /d' "$tell"
awk '$2 + 0 > 0 && split($1, part, ":") == 2 {
        if (part[2] == 1) { once[part[1]] = $2; next }
        names[++rows] = part[1]; trips[part[1]] = part[2]; many[part[1]] = $2 }
    END {
        for (i = 1; i <= rows; i++) {
            name = names[i]
            ns = (many[name] - once[name]) / trips[name] * 1e9
            if (name == "alone") { own = ns; printf "  the VMM executes %.1f ns a turn\n", own; continue }
            printf "  %-11s %8.0f ns a round trip, %8.0f without that", name, ns, ns - own
            if (split(name, part, "-") == 2 && part[1] == "levels")
                printf ", %5.0f a level", (ns - own) / part[2]
            print "" } }' "$tell"
